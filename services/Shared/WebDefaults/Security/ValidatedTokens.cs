using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Pathways.WebDefaults;

/// <summary>
/// Tokens whose signature was verified, by their text, so that a busy client costs one verification and not one per request.
/// What can change meanwhile is looked at each time: the token's end, and whether its key still stands.
/// </summary>
internal sealed class ValidatedTokens(SigningKeys keys, TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, Validated> _known = new(StringComparer.Ordinal);

    public async ValueTask<ClaimsPrincipal?> FindAsync(string token, CancellationToken cancellation)
    {
        if (!_known.TryGetValue(token, out var validated)) return null;
        await keys.EnsureAsync(validated.KeyId, cancellation);
        if (validated.Ends > clock.GetUtcNow() && ReferenceEquals(keys.Find(validated.KeyId), validated.Key)) return validated.Principal;
        _known.TryRemove(token, out _);
        return null;
    }

    public void Add(JsonWebToken token, ClaimsPrincipal principal)
    {
        if (keys.Find(token.Kid) is not { } key) return;
        // Rather forget all than grow, or look for the eldest in every request.
        if (_known.Count >= Most) _known.Clear();
        _known[token.EncodedToken] = new Validated(principal, token.Kid, key, new DateTimeOffset(token.ValidTo, TimeSpan.Zero));
    }

    private sealed record Validated(ClaimsPrincipal Principal, string KeyId, SecurityKey Key, DateTimeOffset Ends);
}
