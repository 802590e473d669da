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
        if (!File.Exists(path)) Create(directory, path);
        byte[] key = File.ReadAllBytes(path);
        return key.Length == Size ? key : throw new InvalidOperationException($"{path} must hold {Size} bytes.");
    }

    private static void Create(string directory, string path)
    {
        Directory.CreateDirectory(directory);
        string draft = $"{path}.{Environment.ProcessId}";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Size));
            file.Flush(flushToDisk: true);
        }
        try
        {
            // Complete or not at all, and the first of two processes wins: the other one then reads its key.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
