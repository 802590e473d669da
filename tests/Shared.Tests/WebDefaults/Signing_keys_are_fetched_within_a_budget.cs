using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Pathways.WebDefaults.Outbound;
using Polly.CircuitBreaker;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>Access over HTTP, on a port of its own.</summary>
public sealed class Signing_keys_are_fetched_within_a_budget : IAsyncLifetime
{
    private readonly PausingClock _clock = new();
    private readonly TestIssuer _issuer = new("https://pathways.test");
    private WebApplication _access = null!;
    private ServiceProvider _services = null!;
    private AccessKeySource _source = null!;
    private int _failures;
    private int _asked;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _access = builder.Build();
        _access.MapGet("/.well-known/jwks.json", async () =>
        {
            Interlocked.Increment(ref _asked);
            if (Interlocked.Decrement(ref _failures) >= 0) return Results.StatusCode(503);
            var keys = await _issuer.FetchAsync(Ct);
            return Results.Json(new { keys = keys.Keys.Select(key => new { kty = key.Kty, crv = key.Crv, kid = key.Kid, x = key.X, y = key.Y }) });
        });
        await _access.StartAsync(Ct);
        _services = new ServiceCollection().AddSingleton<TimeProvider>(_clock).AddDependencyHttp().BuildServiceProvider();
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Access:Url", _access.Urls.Single())]).Build();
        _source = new AccessKeySource(_services.GetRequiredService<DependencyHttp>(), configuration);
    }

    public async ValueTask DisposeAsync()
    {
        await _access.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Over_a_short_outage()
    {
        _failures = Dependency.Access.Retries;

        Assert.NotEmpty((await _source.FetchAsync(Ct)).Keys);
        Assert.Equal(1 + Dependency.Access.Retries, _asked);
    }

    [Fact]
    public async Task And_not_for_every_request_while_Access_fails()
    {
        _failures = int.MaxValue;
        DependencyUnavailableException refused;
        int tries = 0;
        do refused = await Assert.ThrowsAsync<DependencyUnavailableException>(() => _source.FetchAsync(Ct));
        while (refused.InnerException is not BrokenCircuitException && ++tries < 10);
        int asked = _asked;
        for (int i = 0; i < 20; i++) await Assert.ThrowsAsync<DependencyUnavailableException>(() => _source.FetchAsync(Ct));
        Assert.Equal((true, asked), (tries < 10, _asked));

        _failures = 0;
        _clock.Advance(Dependency.Access.Circuit!.Open + TimeSpan.FromMilliseconds(1));
        Assert.NotEmpty((await _source.FetchAsync(Ct)).Keys);
    }
}
