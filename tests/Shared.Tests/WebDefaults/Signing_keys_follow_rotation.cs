using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.Tokens;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Signing_keys_follow_rotation : IDisposable
{
    private readonly Source _source = new();
    private readonly HandSetClock _clock = new();
    private readonly SigningKeys _keys;

    public Signing_keys_follow_rotation() => _keys = new SigningKeys(_source, _clock, NullLogger<SigningKeys>.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task A_new_key_is_found_a_moment_after_it_is_published()
    {
        _source.Issuer.Rotate();
        Assert.True(await KnowsAsync(_source.Issuer.KeyId));
        _source.Issuer.Rotate();
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.True(await KnowsAsync(_source.Issuer.KeyId));
    }

    [Fact]
    public async Task Unknown_key_ids_ask_the_source_at_most_every_few_seconds()
    {
        for (int i = 0; i < 50; i++) Assert.False(await KnowsAsync($"forged-{i}"));
        Assert.Equal(1, _source.Issuer.Fetches);
        _clock.Advance(TimeSpan.FromSeconds(6));
        Assert.False(await KnowsAsync("forged"));
        Assert.Equal(2, _source.Issuer.Fetches);
    }

    [Fact]
    public async Task Known_keys_stay_in_use_while_the_source_is_away()
    {
        _source.Issuer.Rotate();
        Assert.True(await KnowsAsync(_source.Issuer.KeyId));
        _source.IsAway = true;
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await KnowsAsync(_source.Issuer.KeyId));
        await Assert.ThrowsAsync<DependencyUnavailableException>(() => KnowsAsync("unknown"));
    }

    [Fact]
    public async Task A_withdrawn_key_ends_within_minutes()
    {
        _source.Issuer.Rotate();
        string keyId = _source.Issuer.KeyId;
        Assert.True(await KnowsAsync(keyId));
        _source.Issuer = new TestIssuer("https://pathways.test");
        _clock.Advance(TimeSpan.FromMinutes(6));
        Assert.False(await KnowsAsync(keyId));
    }

    private async Task<bool> KnowsAsync(string keyId)
    {
        await _keys.EnsureAsync(keyId, Cancellation);
        return _keys.Find(keyId) is not null;
    }

    private sealed class Source : ISigningKeySource
    {
        public TestIssuer Issuer { get; set; } = new("https://pathways.test");

        public bool IsAway { get; set; }

        public Task<JsonWebKeySet> FetchAsync(CancellationToken cancellation)
            => IsAway ? throw new DependencyUnavailableException("access") : Issuer.FetchAsync(cancellation);
    }

    private sealed class HandSetClock : TimeProvider
    {
        private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => _now;

        public void Advance(TimeSpan by) => _now += by;
    }
}
