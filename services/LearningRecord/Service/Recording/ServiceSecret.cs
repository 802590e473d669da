using System.Security.Cryptography;

namespace Pathways.LearningRecord.Recording;

/// <summary>A secret of 32 bytes in a file that only the service's user can read; made on first use.</summary>
internal static class ServiceSecret
{
    private const int Size = 32;

    public static byte[] LoadOrCreate(string directory, string name)
    {
        string path = Path.Combine(directory, name);
        if (!File.Exists(path)) Create(directory, path);
        byte[] secret = File.ReadAllBytes(path);
        return secret.Length == Size ? secret : throw new InvalidOperationException($"{path} must hold {Size} bytes.");
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
            // The first of two processes wins; the other one then reads its secret.
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
        }
    }
}
