using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Pathways.EventStore.Erasure;

/// <summary>
/// The service's master key, 32 bytes in <c>master.key</c> below <c>Pathways:Secrets</c>, created when absent. It wraps
/// the keys of persons, so a copy of the database alone reveals nobody, and whatever else a service keeps encrypted.
/// </summary>
public sealed class MasterKey(IConfiguration configuration)
{
    private const int Size = 32;

    private readonly Lazy<byte[]> _key = new(() => LoadOrCreate(
        configuration["Pathways:Secrets"] ?? throw new InvalidOperationException("Pathways:Secrets is not configured: personal data needs a master key.")));

    /// <param name="context">What the key is for; it has to be given again to unwrap.</param>
    public byte[] Wrap(byte[] key, string context) => Aead.Seal(_key.Value, key, context);

    public byte[] Unwrap(byte[] wrapped, string context) => Aead.Open(_key.Value, wrapped, context);

    private static byte[] LoadOrCreate(string directory)
    {
        string path = Path.Combine(directory, "master.key");
        SecretFile.CreateIfAbsent(path, RandomNumberGenerator.GetBytes(Size));
        byte[] key = File.ReadAllBytes(path);
        return key.Length == Size ? key : throw new InvalidOperationException($"{path} must hold {Size} bytes.");
    }
}
