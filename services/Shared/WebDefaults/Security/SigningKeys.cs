using System.Collections.Frozen;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Pathways.WebDefaults.Outbound;

namespace Pathways.WebDefaults;

/// <summary>Where the public keys are that tokens are signed with: Access's JWKS.</summary>
public interface ISigningKeySource
{
    /// <exception cref="DependencyUnavailableException">It can't be asked just now.</exception>
    Task<JsonWebKeySet> FetchAsync(CancellationToken cancellation);
}

internal sealed class AccessKeySource(DependencyHttp http, IConfiguration configuration) : ISigningKeySource
{
    private readonly Uri _keys = configuration.AccessAddress(".well-known/jwks.json");

    public async Task<JsonWebKeySet> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await http.SendAsync(Dependency.Access, () => new HttpRequestMessage(HttpMethod.Get, _keys), cancellation);
            response.EnsureSuccessStatusCode();
            return new JsonWebKeySet(await response.Content.ReadAsStringAsync(cancellation));
        }
        catch (Exception error) when (DependencyHttp.IsAway(error))
        {
            throw new DependencyUnavailableException("access", error);
        }
    }
}

/// <summary>
/// The keys by key id, in memory. An unknown key id asks the source again, at most every few seconds, so a rotation
/// needs no restart and forged key ids cost nothing; a known one is asked for again now and then, so a key that was
/// withdrawn ends.
/// </summary>
internal sealed class SigningKeys(ISigningKeySource source, TimeProvider clock, ILogger<SigningKeys> log) : IDisposable
{
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _fetching = new(1, 1);
    private volatile Known _known = new(FrozenDictionary<string, SecurityKey>.Empty, DateTimeOffset.MinValue);

    public SecurityKey? Find(string? keyId) => keyId is null ? null : _known.Keys.GetValueOrDefault(keyId);

    /// <summary>Makes sure that <see cref="Find"/> knows the key, if anybody does.</summary>
    public async Task EnsureAsync(string keyId, CancellationToken cancellation)
    {
        if (!IsDue(keyId)) return;
        await _fetching.WaitAsync(cancellation);
        try
        {
            if (IsDue(keyId)) _known = new Known(Usable(await source.FetchAsync(cancellation)), clock.GetUtcNow());
        }
        catch (DependencyUnavailableException error) when (_known.Keys.ContainsKey(keyId))
        {
            // A key that was good a while ago is better than refusing everybody while Access restarts.
            log.LogWarning(error, "The signing keys could not be fetched again; the known ones stay in use");
        }
        finally
        {
            _fetching.Release();
        }
    }

    public void Dispose() => _fetching.Dispose();

    private bool IsDue(string keyId)
    {
        var age = clock.GetUtcNow() - _known.FetchedAt;
        return age > (_known.Keys.ContainsKey(keyId) ? Fresh : Pause);
    }

    private static FrozenDictionary<string, SecurityKey> Usable(JsonWebKeySet keys) => keys.Keys
        .Where(key => key is { Kty: JsonWebAlgorithmsKeyTypes.EllipticCurve, Crv: JsonWebKeyECTypes.P256, KeyId.Length: > 0 })
        .GroupBy(key => key.KeyId)
        .ToFrozenDictionary(same => same.Key, SecurityKey (same) => same.First());

    private sealed record Known(FrozenDictionary<string, SecurityKey> Keys, DateTimeOffset FetchedAt);
}
