using System.Diagnostics;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Benchmarks.Engine;

/// <summary>
/// The stacking engine on one thread, in one process, warm: <c>deploy/bench engine</c>. Each figure is of single evaluations over many generated
/// instances; <c>allocated</c> is what the thread allocated for one. Plain enumeration runs on the same instances, with a time-out.
/// </summary>
internal static class EngineBench
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    public static Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        bool IsWanted(string name) => arguments.Count == 0 || arguments.Contains(name);
        var programmes = Many(300, seed => DegreeProgramme.Build(seed));
        if (IsWanted("B1"))
        {
            Report.Progress($"B1: nodes {Quantiles(programmes, shape => shape.Graph.Nodes.Count)}, credentials {Quantiles(programmes, shape => shape.Credentials.Count)}");
            Evaluate(report, "B1", programmes, rounds: 20);
            Certify(report, "B1 with certificate", programmes);
            Enumerate(report, "B1", programmes.Take(30));
        }

        if (IsWanted("B2")) Evaluate(report, "B2", Many(100, seed => Shapes.Flow(seed)), rounds: 20);
        if (IsWanted("B3"))
        {
            var packings = Many(200, seed => Shapes.Packing(seed));
            Evaluate(report, "B3", packings, rounds: 3);
            Certify(report, "B3 with certificate", packings);
            Check(report, "B3 check", packings);
            Enumerate(report, "B3", Many(5, seed => Shapes.Packing(seed)));
        }

        if (IsWanted("B4"))
        {
            Evaluate(report, "B4", Many(200, seed => Shapes.Cover(seed, 40, 8, 0.95)), rounds: 3);
            Evaluate(report, "B4 60x6", Many(200, seed => Shapes.Cover(seed, 60, 6, 0.95)), rounds: 2);
        }

        if (IsWanted("B5")) Evaluate(report, "B5", Many(100, Shapes.Programmes), rounds: 5);
        if (IsWanted("B6")) Change(report, programmes);
        if (IsWanted("B8")) Check(report, "B8", programmes);
        if (IsWanted("B9"))
        {
            Evaluate(report, "B9", Many(100, Shapes.Killer), rounds: 20);
            Enumerate(report, "B9", Many(5, Shapes.Killer));
        }

        if (IsWanted("growth")) Grow(report);
        return Task.CompletedTask;
    }

    /// <summary>How time grows with each measure alone, the others as in a usual programme.</summary>
    private static void Grow(Report report)
    {
        foreach (var credentials in (int[])[20, 40, 80, 160])
            Evaluate(report, $"growth credentials {credentials}", Many(60, seed => DegreeProgramme.Build(seed, nodes: 85, credentials)), rounds: 10);
        foreach (var nodes in (int[])[50, 100, 200, 400, 800])
            Evaluate(report, $"growth nodes {nodes}", Many(60, seed => DegreeProgramme.Build(seed, nodes, credentials: 40)), rounds: 10);
        foreach (var overlap in (double[])[0, 0.1, 0.3, 0.6])
            Evaluate(report, $"growth overlap {overlap}", Many(60, seed => DegreeProgramme.Build(seed, nodes: 85, credentials: 40, overlap)), rounds: 10);
    }

    private static List<Shape> Many(int count, Func<int, Shape> build) => [.. Enumerable.Range(0, count).Select(build)];

    private static void Evaluate(Report report, string name, List<Shape> shapes, int rounds)
    {
        var workspace = new Workspace();
        var (unproven, unrefined, satisfied) = (0, 0, 0);
        Warm(() => shapes.ForEach(shape => workspace.Evaluate(shape.Graph, shape.Credentials)));
        foreach (var shape in shapes)
        {
            satisfied += workspace.Evaluate(shape.Graph, shape.Credentials) == Verdict.Satisfied ? 1 : 0;
            unproven += workspace.ProvenOptimal ? 0 : 1;
            unrefined += workspace.Refined ? 0 : 1;
        }

        Time(report, name, [.. Enumerable.Repeat(shapes, rounds).SelectMany(shape => shape)], shape => workspace.Evaluate(shape.Graph, shape.Credentials));
        report.Add(name, "satisfied", 100.0 * satisfied / shapes.Count, "%");
        report.Add(name, "unproven", 100.0 * unproven / shapes.Count, "%");
        report.Add(name, "unrefined", 100.0 * unrefined / shapes.Count, "%");
    }

    /// <summary>
    /// Until the code is compiled for good and the memory is as large as it gets. By the time the processor gave, not the clock's: on a busy machine
    /// the compiler, which works beside, comes late.
    /// </summary>
    private static void Warm(Action act)
    {
        var start = Environment.CpuUsage.TotalTime;
        for (var rounds = 0; rounds < 3 || Environment.CpuUsage.TotalTime - start < TimeSpan.FromMilliseconds(1_500); rounds++)
            act();
    }

    private static void Certify(Report report, string name, List<Shape> shapes)
    {
        Warm(() => shapes.ForEach(shape => Evaluator.Evaluate(shape.Graph, shape.Credentials)));
        Time(report, name, shapes, shape => Evaluator.Evaluate(shape.Graph, shape.Credentials));
    }

    private static void Check(Report report, string name, List<Shape> shapes)
    {
        var cases = shapes
            .Select(shape => (shape.Credentials, Verifier: new CertificateVerifier(shape.Graph), Evaluation: Evaluator.Evaluate(shape.Graph, shape.Credentials)))
            .Where(item => item.Evaluation.Verdict == Verdict.Satisfied || item.Evaluation.Certificate.Refutation is not null)
            .ToList();
        report.Add(name, "without proof", 100.0 * (shapes.Count - cases.Count) / shapes.Count, "%");
        Warm(() => cases.ForEach(item => item.Verifier.Proves(item.Credentials, item.Evaluation.Verdict, item.Evaluation.Certificate)));
        Time(report, name, [.. Enumerable.Repeat(cases, 20).SelectMany(item => item)], item =>
        {
            if (!item.Verifier.Proves(item.Credentials, item.Evaluation.Verdict, item.Evaluation.Certificate))
                throw new InvalidOperationException("A certificate does not prove its verdict.");
        });
    }

    /// <summary>One credential goes and comes back.</summary>
    private static void Change(Report report, List<Shape> shapes)
    {
        var workspaces = shapes.ConvertAll(_ => new Workspace());
        var changes = new List<(Workspace Workspace, Credential Credential, bool Comes)>();
        for (var index = 0; index < shapes.Count; index++)
        {
            workspaces[index].Evaluate(shapes[index].Graph, shapes[index].Credentials);
            foreach (var credential in shapes[index].Credentials.Where(credential => credential.Eligible.Count > 0).Take(10))
                changes.AddRange([(workspaces[index], credential, false), (workspaces[index], credential, true)]);
        }

        Warm(() => changes.ForEach(Apply));
        Time(report, "B6", changes, Apply);

        static void Apply((Workspace Workspace, Credential Credential, bool Comes) change)
            => _ = change.Comes ? change.Workspace.Add(change.Credential) : change.Workspace.Remove(change.Credential.Id);
    }

    private static void Enumerate(Report report, string name, IEnumerable<Shape> shapes)
    {
        var times = new List<double>();
        var unfinished = 0;
        foreach (var shape in shapes)
        {
            var start = Stopwatch.GetTimestamp();
            unfinished += new Enumeration(shape, Patience).Audit() is null ? 1 : 0;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        report.Add($"{name} enumerated", "p50", At(times, 0.5), "µs");
        report.Add($"{name} enumerated", "unfinished", 100.0 * unfinished / times.Count, "%");
    }

    private static void Time<T>(Report report, string name, List<T> items, Action<T> act)
    {
        var times = new double[items.Count];
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        for (var index = 0; index < times.Length; index++)
        {
            var start = Stopwatch.GetTimestamp();
            act(items[index]);
            times[index] = (Stopwatch.GetTimestamp() - start) * 1e6 / Stopwatch.Frequency;
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Array.Sort(times);
        report.Add(name, "p50", At(times, 0.5), "µs");
        report.Add(name, "p99", At(times, 0.99), "µs");
        report.Add(name, "max", times[^1], "µs");
        report.Add(name, "allocated", (double)allocated / times.Length, "bytes");
    }

    private static double At(IReadOnlyList<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];

    private static string Quantiles(List<Shape> shapes, Func<Shape, int> of)
    {
        var sorted = shapes.Select(of).Order().ToList();
        return $"p50 {sorted[sorted.Count / 2]}, p90 {sorted[sorted.Count * 9 / 10]}, max {sorted[^1]}";
    }
}
