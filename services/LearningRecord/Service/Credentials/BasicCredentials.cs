using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Pathways.LearningRecord.Cmi5;
using Pathways.WebDefaults;
using Pathways.WebDefaults.Outbound;

namespace Pathways.LearningRecord.Credentials;

/// <summary>
/// Key and secret, as xAPI activity providers send them with every request (Basic, RFC 7617): they are a client's id and
/// secret. They are exchanged at Access for a token, and the request goes on as if it had brought that token; so there is one
/// way of deciding who may do what. Tokens of clients that were rotated or revoked since are refused, whoever brings them.
/// </summary>
internal sealed class BasicCredentials(
    DependencyHttp http, IConfiguration configuration, ClientChanges changes, Cmi5Sessions sessions, TimeProvider clock) : IConfigureNamedOptions<JwtBearerOptions>, IDisposable
{
    // While nobody would tell us that a client has changed, its credentials are asked for again soon.
    private static readonly TimeSpan RememberedUntold = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);
    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Exchanged> _known = new();

    // Who guesses secrets comes through here before any other limit, and each guess costs Access a request. The right ones cost nothing.
    private readonly PartitionedRateLimiter<HttpContext> _guesses = PartitionedRateLimiter.Create<HttpContext, string>(http =>
        RateLimitPartition.GetTokenBucketLimiter($"{http.Connection.RemoteIpAddress}", _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = 50, TokensPerPeriod = 1, ReplenishmentPeriod = TimeSpan.FromSeconds(1), QueueLimit = 0,
        }));

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != JwtBearerDefaults.AuthenticationScheme) return;
        var (received, validated) = (options.Events.OnMessageReceived, options.Events.OnTokenValidated);
        options.Events.OnMessageReceived = async context =>
        {
            if (BasicOf(context.Request) is { } credentials)
            {
                if (Cmi5Key.OfBasic(credentials) is { } session)
                {
                    context.Principal = await sessions.PrincipalAsync(session, context.Request, context.HttpContext.RequestAborted);
                    if (context.Principal is null) context.Fail("The session's token is wrong, or the session is over.");
                    else context.Success();
                    return;
                }
                if (await TokenAsync(credentials, context.HttpContext) is not { } token)
                {
                    context.HttpContext.Features.Set(WrongCredentials.Given);
                    context.Fail("The key or the secret is wrong.");
                    return;
                }
                context.Request.Headers.Authorization = $"Bearer {token}";
            }
            await received(context);
            if (context.Result is { Succeeded: true }) Check(context);
        };
        options.Events.OnTokenValidated = async context =>
        {
            await validated(context);
            if (context.Result is null) Check(context);
        };
    }

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Dispose() => _guesses.Dispose();

    private static string? BasicOf(HttpRequest request)
        => request.Path.StartsWithSegments("/xapi")
            && AuthenticationHeaderValue.TryParse(request.Headers.Authorization.ToString(), out var given)
            && given.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            ? given.Parameter ?? ""
            : null;

    private void Check(ResultContext<JwtBearerOptions> context)
    {
        if (context.Principal is { } principal && changes.IsOver(ClientIdOf(principal), GenerationOf(principal))) context.Fail("The client was rotated or revoked.");
    }

    private async Task<string?> TokenAsync(string credentials, HttpContext http)
    {
        string key = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(credentials)));
        if (_known.TryGetValue(key, out var known) && IsGood(known)) return known.Token;
        if (_guesses.GetStatistics(http) is { CurrentAvailablePermits: < 1 })
            throw new BadHttpRequestException("Too many wrong credentials.", StatusCodes.Status429TooManyRequests);
        var exchanged = await ExchangeAsync(credentials, http.RequestAborted);
        if (exchanged is null)
        {
            _known.TryRemove(key, out _);
            using var guess = _guesses.AttemptAcquire(http);
            return null;
        }
        if (_known.Count >= MostRemembered) _known.Clear();
        _known[key] = exchanged;
        return exchanged.Token;
    }

    private bool IsGood(Exchanged known)
        => known.Ends > clock.GetUtcNow() && !changes.IsOver(known.ClientId, known.Generation)
            && (changes.IsTold || known.At + RememberedUntold > clock.GetUtcNow());

    private async Task<Exchanged?> ExchangeAsync(string credentials, CancellationToken cancellation)
    {
        try
        {
            // Another token is no harm.
            using var response = await http.SendAsync(
                Dependency.Access,
                () => DependencyHttp.Repeatable(new HttpRequestMessage(HttpMethod.Post, configuration.AccessAddress("oauth/token"))
                {
                    Headers = { Authorization = new AuthenticationHeaderValue("Basic", credentials) },
                    Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]),
                }),
                cancellation);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden) return null;
            response.EnsureSuccessStatusCode();
            using var body = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation);
            return Read(body.RootElement.GetProperty("access_token").GetString()!, clock.GetUtcNow());
        }
        catch (Exception error) when (DependencyHttp.IsAway(error))
        {
            throw new DependencyUnavailableException("access", error);
        }
    }

    /// <summary>It came from Access itself; that it is valid is found out as of any other.</summary>
    private static Exchanged Read(string token, DateTimeOffset now)
    {
        var read = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token);
        var claims = new ClaimsPrincipal(new ClaimsIdentity(read.Claims));
        return new Exchanged(token, ClientIdOf(claims), GenerationOf(claims), now, new DateTimeOffset(read.ValidTo, TimeSpan.Zero) - Margin);
    }

    private static string ClientIdOf(ClaimsPrincipal principal) => principal.FindFirstValue("client_id") ?? "";

    private static int GenerationOf(ClaimsPrincipal principal)
        => int.TryParse(principal.FindFirstValue("client_generation"), System.Globalization.CultureInfo.InvariantCulture, out int generation) ? generation : 0;

    private sealed record Exchanged(string Token, string ClientId, int Generation, DateTimeOffset At, DateTimeOffset Ends);
}
