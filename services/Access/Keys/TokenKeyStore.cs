using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Pathways.EventStore.Erasure;
using Pathways.WebDefaults;

namespace Pathways.Access.Keys;

/// <summary>
/// Keeps the keys in <c>token-keys.json</c> below <c>Pathways:Secrets</c>, readable by the service's user alone.
/// Replicas share the directory; each sees another's rotation by the file's time.
/// </summary>
public sealed class TokenKeyStore(IConfiguration configuration, TimeProvider clock) : ISigningKeySource
{
    private readonly string _directory = configuration["Pathways:Secrets"]
        ?? throw new InvalidOperationException("Pathways:Secrets is not configured: the signing keys need a place.");

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(20);

    private readonly Lock _loading = new();
    private (TokenKeys Keys, DateTime WrittenAt)? _loaded;

    private string File => Path.Combine(_directory, "token-keys.json");

    public TokenKeys Keys()
    {
        lock (_loading)
        {
            if (!System.IO.File.Exists(File)) Create();
            var writtenAt = System.IO.File.GetLastWriteTimeUtc(File);
            if (_loaded is not { } loaded || loaded.WrittenAt != writtenAt) _loaded = loaded = (Read(), writtenAt);
            return loaded.Keys;
        }
    }

    /// <summary>Rotations at the same time are one: a second would sign with a key that nobody has had the time to fetch.</summary>
    public async Task<TokenKeys> RotateAsync(CancellationToken cancellation)
    {
        string before = Keys().Current.Id;
        await using (await AloneAsync(cancellation))
        {
            lock (_loading)
            {
                var keys = Read();
                if (keys.Current.Id == before) System.IO.File.Move(Draft(keys.Rotate(clock.GetUtcNow())), File, overwrite: true);
                _loaded = null;
            }
        }
        return Keys();
    }

    public PublicJwks Public() => new([.. Keys().All.Select(key => key.Public())]);

    /// <summary>This service checks tokens by the same keys that it publishes.</summary>
    Task<JsonWebKeySet> ISigningKeySource.FetchAsync(CancellationToken cancellation)
        => Task.FromResult(new JsonWebKeySet(JsonSerializer.Serialize(Public(), JsonSerializerOptions.Web)));

    /// <summary>Of replicas that start together the first one wins; all of them read what it wrote.</summary>
    private void Create()
    {
        Directory.CreateDirectory(_directory);
        SecretFile.Settle(Draft(TokenKeys.Create(clock.GetUtcNow())), File);
    }

    /// <summary>One replica at a time; the operating system lets go of it when the process dies.</summary>
    private async Task<FileStream> AloneAsync(CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(_directory, "token-keys.lock"), Private(FileMode.OpenOrCreate));
            }
            catch (IOException held)
            {
                // Another one has it, and needs it for a moment.
                if (clock.GetElapsedTime(started) >= Patience) throw new DependencyUnavailableException("The lock of the signing keys", held);
            }
            await Task.Delay(BetweenTries, clock, cancellation);
        }
    }

    /// <summary>Written beside and moved: nobody reads half of it.</summary>
    private string Draft(TokenKeys keys)
    {
        string draft = $"{File}.{Guid.CreateVersion7():N}";
        using var file = new FileStream(draft, Private(FileMode.CreateNew));
        JsonSerializer.Serialize(file, keys.All, JsonSerializerOptions.Web);
        file.Flush(flushToDisk: true);
        return draft;
    }

    private TokenKeys Read()
    {
        using var file = System.IO.File.OpenRead(File);
        return new TokenKeys([.. JsonSerializer.Deserialize<TokenKey[]>(file, JsonSerializerOptions.Web)!]);
    }

    private static FileStreamOptions Private(FileMode mode) => new()
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.None,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
