namespace Pathways.Cli;

/// <summary>Files that a person names: what is wrong with one is told in words, not the operating system's.</summary>
internal static class NamedFiles
{
    /// <summary>The path, for whoever opens it to read.</summary>
    public static string ToRead(string path)
    {
        if (Directory.Exists(path)) throw Unreadable($"{path} is a folder.", "Name a file in it.");
        return File.Exists(path) ? path : throw Unreadable($"There is no {path}.", "Correct its name: names are taken from the folder that you are in.");
    }

    /// <summary>The path, for whoever opens it to write.</summary>
    public static string ToWrite(string path)
    {
        if (Directory.Exists(path)) throw Unwritable($"{path} is a folder.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        return Directory.Exists(folder) ? path : throw Unwritable($"There is no folder {folder}.");
    }

    /// <summary>The path, for whoever writes what may be the only copy: a file that is there is not written over.</summary>
    public static string ToCreate(string path)
        => !File.Exists(ToWrite(path)) ? path : throw new ProblemException(new Problem("file", 400, "A file cannot be written", $"{path} is there already.", "Choose another name, or put that file aside first."));

    public static ProblemException WithoutLog(string detail) => new(new Problem(
        "no-log", 400, "There is no log to look at", detail, "Take it anew from where it came, or export the running system's: audit verify --export FILE."));

    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return await File.ReadAllBytesAsync(ToRead(path), cancellation);
        }
        catch (UnauthorizedAccessException)
        {
            throw Unreadable($"You may not read {path}.", "Let yourself read it, or name another.");
        }
    }

    public static async Task WriteAsync(string path, byte[] content, CancellationToken cancellation)
    {
        try
        {
            await File.WriteAllBytesAsync(ToWrite(path), content, cancellation);
        }
        catch (UnauthorizedAccessException)
        {
            throw Unwritable($"You may not write {path}.");
        }
    }

    private static ProblemException Unreadable(string why, string remedy) => new(new Problem("file", 400, "A file cannot be read", why, remedy));

    private static ProblemException Unwritable(string why)
        => new(new Problem("file", 400, "A file cannot be written", why, "Name a file, in a folder that is there and that you may write to."));
}
