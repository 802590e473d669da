using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pathways.WebDefaults.Outbound;

namespace Pathways.WebDefaults;

/// <summary>Access tokens as Access signs them: JWT (RFC 9068), ES256, for the audience <c>pathways</c>.</summary>
public static class Tokens
{
    public const string Audience = "pathways";

    /// <summary>RFC 9068, 2.1: an id token or any other JWT must not pass for an access token.</summary>
    public const string Type = "at+jwt";

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(60);

    internal static IServiceCollection AddTokens(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddDependencyHttp();
        services.TryAddSingleton<ISigningKeySource, AccessKeySource>();
        services.TryAddSingleton<SigningKeys>();
        services.TryAddSingleton<ValidatedTokens>();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<SigningKeys, ValidatedTokens>((options, keys, validated) => Configure(options, keys, validated, configuration["Pathways:PublicOrigin"] ?? ""))
            // Without an address of the keys it does not start, rather than refuse every token.
            .ValidateOnStart();
        // Not AddAuthentication: it brings data protection along, which keeps keys in the user's home that nobody here needs.
        services.AddAuthenticationCore(options => options.DefaultScheme = JwtBearerDefaults.AuthenticationScheme);
        services.AddWebEncoders();
        services.AddSingleton<IAuthenticationConfigurationProvider>(new NoConfiguredSchemes(configuration));
        new AuthenticationBuilder(services).AddJwtBearer();

        services.AddSingleton<IAuthorizationHandler, ScopeHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, ScopeResultHandler>();
        // A route without a decision stops the host; should one slip in later, nobody may call it. What is no route is 404 or 405.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder()
            .RequireAssertion(context => context.Resource is HttpContext http && http.GetEndpoint() is not RouteEndpoint)
            .Build());
        return services;
    }

    /// <summary>What a token must be; also for those who test it.</summary>
    internal static TokenValidationParameters Validation(string issuer, SigningKeys keys) => new()
    {
        ValidIssuer = issuer,
        ValidAudience = Audience,
        ValidTypes = [Type],
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ClockSkew = ClockSkew,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        // The key is found by its id among Access's keys and nowhere else: keys that come with the token (jwk, jku, x5u) don't count.
        IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Find(keyId) is { } key ? [key] : [],
        TryAllIssuerSigningKeys = false,
        NameClaimType = "client_id",
    };

    private static void Configure(JwtBearerOptions options, SigningKeys keys, ValidatedTokens validated, string issuer)
    {
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.TokenValidationParameters = Validation(issuer, keys);
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = async context =>
            {
                if (BearerOf(context.Request.Headers.Authorization.ToString()) is not { } token) return;
                if (await validated.FindAsync(token, context.HttpContext.RequestAborted) is { } principal)
                {
                    context.Principal = principal;
                    context.Success();
                }
                else if (KeyIdOf(token) is { } keyId)
                {
                    await keys.EnsureAsync(keyId, context.HttpContext.RequestAborted);
                }
            },
            OnTokenValidated = context =>
            {
                if (context.Principal?.FindFirst("tenant") is null || context.Principal.FindFirst("client_id") is null)
                    context.Fail("The token names no tenant or no client.");
                else if (context.SecurityToken is JsonWebToken token) validated.Add(token, context.Principal);
                return Task.CompletedTask;
            },
        };
    }

    private static string? BearerOf(string authorization)
    {
        const string Scheme = "Bearer ";
        return authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;
    }

    private static string? KeyIdOf(string token)
    {
        var handler = new JsonWebTokenHandler();
        if (!handler.CanReadToken(token)) return null;
        try
        {
            return handler.ReadJsonWebToken(token).Kid is { Length: > 0 } keyId ? keyId : null;
        }
        catch (ArgumentException)
        {
            // Not a JWT at all: the handler proper refuses it with 401.
            return null;
        }
    }

    private sealed class NoConfiguredSchemes(IConfiguration configuration) : IAuthenticationConfigurationProvider
    {
        public IConfiguration AuthenticationConfiguration { get; } = configuration.GetSection("Authentication");
    }
}
