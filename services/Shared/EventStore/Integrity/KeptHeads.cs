namespace Pathways.EventStore.Integrity;

/// <summary>Heads that an auditor keeps, of any number of logs: one file, or a folder of them. What was kept once is trusted, nothing else.</summary>
public sealed class KeptHeads
{
    public const string Extension = ".heads";

    private readonly Dictionary<string, KeptLog> _logs = [];

    /// <exception cref="FormatException">A file is not of this kind, or holds heads of a log without its key.</exception>
    public static KeptHeads Read(string path)
    {
        var kept = new KeptHeads();
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, $"*{Extension}").Order(StringComparer.Ordinal)] : [path];
        foreach (string file in files) kept.Add(file);
        return kept;
    }

    public IEnumerable<KeptLog> Logs => _logs.Values;

    public KeptLog? Of(string origin) => _logs.GetValueOrDefault(origin);

    /// <summary>Adds to the end of a file; what is there is never touched.</summary>
    public static void Append(string path, KeptLog? before, VerifierKey key, IReadOnlyList<string> notes)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
        File.AppendAllText(path, string.Concat(notes.Select(HeadsText.Of).Prepend(before is null ? HeadsText.Of(key) : "")));
    }

    private void Add(string file)
    {
        foreach (var (key, note) in HeadsText.Read(File.ReadAllText(file)))
        {
            if (key is not null)
            {
                // A second key for a log that has one would let whoever can write here replace the first.
                if (!_logs.TryAdd(key.Name, new KeptLog(key)) && _logs[key.Name].Key != key) throw new FormatException($"{file} holds two keys of {key.Name}.");
                continue;
            }
            string origin = note!.Split('\n')[0];
            if (!_logs.TryGetValue(origin, out var log)) throw new FormatException($"{file} holds a head of {origin} and not its key.");
            log.Add(note);
        }
    }
}

public sealed class KeptLog(VerifierKey key)
{
    private readonly List<string> _notes = [];

    public VerifierKey Key { get; } = key;

    /// <summary>Signed checkpoints, oldest first.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The first kept head that is not as the key has signed it; null when all are. Nothing can be said to continue a damaged one.</summary>
    public LogFault? Fault() => _notes.Find(note => Key.Open(note) is null) is { } damaged ? LogFault.Forged("A kept head", damaged) : null;

    internal void Add(string note) => _notes.Add(note);
}
