using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pathways.Access.Keys;

namespace Pathways.Access.Tokens;

/// <summary>What a token says.</summary>
public sealed record Grant(string ClientId, string Tenant, IReadOnlyList<string> Scopes, string? Actor)
{
    /// <summary>Of the client, when it got the token.</summary>
    public int Generation { get; init; }

    /// <summary>The client's authority in statements, as an xAPI agent.</summary>
    public string? Authority { get; init; }

    public bool IsIsolated { get; init; }
}

/// <summary>Signs access tokens: RFC 9068, ES256, minutes long.</summary>
public sealed class TokenIssuer(TokenKeyStore keys, IConfiguration configuration, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TimeSpan Lifetime { get; } = TimeSpan.FromMinutes(Math.Clamp(configuration.GetValue("Access:TokenMinutes", 10), 1, 15));

    public string Issue(Grant grant)
    {
        var now = clock.GetUtcNow();
        var key = keys.Keys().Current;
        using var ecdsa = key.Open();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = grant.ClientId,
            ["client_id"] = grant.ClientId,
            ["tenant"] = grant.Tenant,
            ["scope"] = string.Join(' ', grant.Scopes),
            ["jti"] = Guid.CreateVersion7().ToString("N"),
        };
        if (grant.Actor is not null) claims["actor"] = grant.Actor;
        if (grant.Generation > 0) claims["client_generation"] = grant.Generation;
        if (grant.Authority is not null) claims["xapi_authority"] = grant.Authority;
        if (grant.IsIsolated) claims["xapi_isolated"] = true;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = WebDefaults.Tokens.Type,
            Issuer = configuration["Pathways:PublicOrigin"],
            Audience = WebDefaults.Tokens.Audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = claims,
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(ecdsa) { KeyId = key.Id }, SecurityAlgorithms.EcdsaSha256)
            {
                // The key object ends with this call; a cached signer would outlive it.
                CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
            },
        });
    }
}
