using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pathways.EventStore.Erasure;

/// <summary>A file that only its owner reads, and that exists completely or not at all.</summary>
public static class SecretFile
{
    private const int KeySize = 32;

    // EEXIST of errno.h, on Linux as on macOS.
    private const int AlreadyThere = 17;

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
        Settle(draft, path);
    }

    /// <summary>Gives a finished draft its name, unless another process was first; then the other one's content stays.</summary>
    public static void Settle(string draft, string path)
    {
        if (OperatingSystem.IsWindows()) MoveIfAbsent(draft, path);
        // In one step. File.Move looks whether the file is there and then renames, and so replaces what came in between.
        else if (Link(draft, path) != 0 && Marshal.GetLastPInvokeError() != AlreadyThere) throw new IOException($"{path} cannot be written: {Marshal.GetLastPInvokeErrorMessage()}.");
        File.Delete(draft);
    }

    private static void MoveIfAbsent(string draft, string path)
    {
        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was first.
            return;
        }
    }

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string added);
}
