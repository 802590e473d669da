using System.Globalization;

namespace Pathways.Benchmarks.Xapi;

/// <summary>CPU time of some processes and their children, from Linux's /proc. A database answers in processes of its own, which come and go.</summary>
internal sealed class CpuMeter
{
    private const double TicksPerSecond = 100;

    private readonly IReadOnlyList<int> _roots;
    private readonly double _started;

    private CpuMeter(IReadOnlyList<int> roots) => (_roots, _started) = (roots, Used(roots));

    public static CpuMeter Of(IReadOnlyList<int> roots) => new(roots);

    public TimeSpan Elapsed() => TimeSpan.FromSeconds((Used(_roots) - _started) / TicksPerSecond);

    private static double Used(IReadOnlyList<int> roots)
    {
        var processes = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(Read).OfType<Process>().ToList();
        var wanted = new HashSet<int>(roots);
        // Children of children come later in no particular order: until nothing is added.
        while (processes.Where(process => wanted.Contains(process.Parent)).Any(process => wanted.Add(process.Id)))
        {
        }
        return processes.Where(process => wanted.Contains(process.Id)).Sum(process => roots.Contains(process.Id) ? process.Own + process.EndedChildren : process.Own);
    }

    private static Process? Read(string? id)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{id}/stat");
            // The name, in brackets, may hold anything; the fields follow its last bracket.
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return new Process(int.Parse(id!, CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture), Number(11) + Number(12), Number(13) + Number(14));

            double Number(int field) => double.Parse(fields[field], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended between the listing and the reading; what it used is in its parent's count of ended children.
            return null;
        }
    }

    private sealed record Process(int Id, int Parent, double Own, double EndedChildren);
}
