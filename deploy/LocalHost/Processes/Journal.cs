using Pathways.LocalHost.Description;

namespace Pathways.LocalHost.Processes;

/// <summary>Merges what all processes print: each line to the process's own file, of bounded size, and to the console.</summary>
public sealed class Journal(DataDirectory data, bool echo) : IDisposable
{
    public const string Own = "localhost";

    private const long LargestFile = 10 * 1024 * 1024;
    private const int NameWidth = 20;

    private readonly Dictionary<string, StreamWriter> _files = [];
    private readonly Lock _writing = new();

    public void Say(string line) => Write(Own, line);

    public void Write(string process, string line)
    {
        lock (_writing)
        {
            if (echo) Console.WriteLine($"{process,-NameWidth} | {line}");
            FileOf(process).WriteLine(line);
        }
    }

    /// <summary>The last lines of a process, for a message about its failure.</summary>
    public static IEnumerable<string> Tail(DataDirectory data, string process, int lines)
        => File.Exists(data.LogOf(process)) ? File.ReadLines(data.LogOf(process)).TakeLast(lines) : [];

    public void Dispose()
    {
        lock (_writing)
        {
            foreach (var file in _files.Values) file.Dispose();
            _files.Clear();
        }
    }

    private StreamWriter FileOf(string process)
    {
        if (_files.TryGetValue(process, out var open))
        {
            if (open.BaseStream.Length < LargestFile) return open;
            open.Dispose();
            File.Move(data.LogOf(process), data.LogOf(process) + ".1", overwrite: true);
        }

        return _files[process] = new StreamWriter(data.LogOf(process), append: true) { AutoFlush = true };
    }
}
