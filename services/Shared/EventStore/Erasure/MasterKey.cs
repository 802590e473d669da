using Microsoft.Extensions.Configuration;

namespace Pathways.EventStore.Erasure;

/// <summary>
/// The service's master key, 32 bytes in <c>master.key</c> below <c>Pathways:Secrets</c>, created when absent. It wraps
/// the keys of persons, so a copy of the database alone reveals nobody, and whatever else a service keeps encrypted.
/// </summary>
public sealed class MasterKey(IConfiguration configuration)
{
    private readonly Lazy<byte[]> _key = new(() => SecretFile.KeyAt(Path.Combine(
        configuration["Pathways:Secrets"] ?? throw new InvalidOperationException("Pathways:Secrets is not configured: personal data needs a master key."),
        "master.key")));

    /// <param name="context">What the key is for; it has to be given again to unwrap.</param>
    public byte[] Wrap(byte[] key, string context) => Aead.Seal(_key.Value, key, context);

    public byte[] Unwrap(byte[] wrapped, string context) => Aead.Open(_key.Value, wrapped, context);
}
