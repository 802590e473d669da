using System.Security.Cryptography;

namespace Pathways.EventStore.Erasure;

/// <summary>A file that only its owner reads, and that exists completely or not at all.</summary>
public static class SecretFile
{
    private const int KeySize = 32;

    /// <summary>A key of 32 bytes, made at random when there is none.</summary>
    public static byte[] KeyAt(string path)
    {
        CreateIfAbsent(path, RandomNumberGenerator.GetBytes(KeySize));
        byte[] key = File.ReadAllBytes(path);
        return key.Length == KeySize ? key : throw new InvalidOperationException($"{path} must hold {KeySize} bytes.");
    }

    /// <summary>Of two processes that create it at once the first one wins, and both read its content afterwards.</summary>
    internal static void CreateIfAbsent(string path, ReadOnlySpan<byte> content)
    {
        if (File.Exists(path)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string draft = $"{path}.{Guid.CreateVersion7():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(draft, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
