namespace Pathways.LocalHost.Processes;

/// <summary>
/// The ordinary user a node runs as. PostgreSQL refuses to run as root, and the others have no need to. Who is not root
/// already is an ordinary user.
/// </summary>
public sealed class Account
{
    private readonly string? _name;
    private readonly bool _readSearch;

    private Account(string? name, bool readSearch = false)
    {
        _name = name;
        _readSearch = readSearch;
    }

    /// <summary>The user we are.</summary>
    public static Account Own { get; } = new(null);

    /// <param name="preferred">The user of Debian's package; <c>nobody</c> when it does not exist.</param>
    /// <param name="folder">The folder that the user must be able to reach.</param>
    public static Account For(string preferred, string folder)
    {
        Directory.CreateDirectory(folder);
        if (!Environment.IsPrivilegedProcess) return Own;
        var name = Exists(preferred) ? preferred : "nobody";
        return new Account(name, readSearch: !LetThrough(folder));
    }

    /// <summary>The command line that runs another one as this user, in a process group of its own.</summary>
    public IEnumerable<string> Wrap(string program, IEnumerable<string> arguments)
    {
        string[] account = _name is null ? [] : ["setpriv", "--reuid", _name, "--regid", Group(_name), "--init-groups", .. Capabilities];
        return ["setsid", .. account, program, .. arguments];
    }

    /// <summary>Gives the folder and everything in it to this user.</summary>
    public async Task OwnAsync(string folder, CancellationToken ct)
    {
        if (_name is null) return;
        await Command.RunAsync("chown", ["-R", $"{_name}:{Group(_name)}", folder], ct);
    }

    // no_setuid_fixup, because access(2), by which Erlang looks at files, otherwise forgets capabilities.
    private string[] Capabilities => _readSearch
        ? ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search", "--securebits", "+no_setuid_fixup"]
        : [];

    /// <summary>
    /// A data directory made by mktemp, or below /root, is closed to other users. The folder itself we may open for
    /// passing through (names inside stay unreadable); folders above it are not ours to change, so the process gets the
    /// one capability that passes closed folders.
    /// </summary>
    private static bool LetThrough(string folder)
    {
        var parent = Path.GetDirectoryName(folder)!;
        File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        for (var above = Path.GetDirectoryName(parent); above is not null; above = Path.GetDirectoryName(above))
        {
            if (!File.GetUnixFileMode(above).HasFlag(UnixFileMode.OtherExecute)) return false;
        }

        return true;
    }

    private static bool Exists(string user) => Entry(user) is not null;

    private static string Group(string user) => Entry(user)![3];

    private static string[]? Entry(string user)
        => File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(fields => fields[0] == user);
}
