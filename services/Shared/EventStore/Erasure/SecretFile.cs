namespace Pathways.EventStore.Erasure;

/// <summary>A file that only its owner reads, and that exists completely or not at all.</summary>
internal static class SecretFile
{
    /// <summary>Of two processes that create it at once the first one wins, and both read its content afterwards.</summary>
    public static void CreateIfAbsent(string path, ReadOnlySpan<byte> content)
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
