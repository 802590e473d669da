using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary><c>deploy/faults [CASE…] [--replicas N] [--long] [--json]</c>.</summary>
internal static class FaultRunner
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan LongLimit = TimeSpan.FromMinutes(30);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (Options.Parse(arguments) is not { } options) return 2;

        // What services say that run in this process is no part of the answer.
        var answer = Console.Out;
        Console.SetOut(Console.Error);
        var done = new List<(FaultCase Case, FaultReport Report, TimeSpan Took)>();
        await using var run = new FaultRun(options.Long ? FaultForm.Long : FaultForm.Usual, options.Replicas);
        foreach (var fault in options.Cases)
        {
            await Console.Error.WriteLineAsync($"{fault.Number} {fault.Name}: {fault.Description} …");
            var clock = Stopwatch.StartNew();
            var report = await ReportAsync(fault, run, options.Long ? LongLimit : Limit);
            done.Add((fault, report, clock.Elapsed));
            await Console.Error.WriteLineAsync(
                $"  {(report.Held ? "held" : "VIOLATED")} after {clock.Elapsed.TotalSeconds:0} s: {report.Faults} faults, {report.Ok} of {report.Attempted} taken, "
                + $"{report.Unknown} unknown, healed in {report.Healed?.TotalSeconds ?? 0:0.0} s");
            foreach (var violation in report.Violations.Take(10)) await Console.Error.WriteLineAsync($"  {violation.Kind}: {violation}");
            // At once: a run that is stopped has told what it knew.
            if (options.Json) await answer.WriteLineAsync(ToJson(fault, report, clock.Elapsed, options.Replicas));
        }

        if (!options.Json) WriteTable(answer, done, options.Replicas);
        return done.TrueForAll(item => item.Report.Held) ? 0 : 1;
    }

    private static async Task<FaultReport> ReportAsync(FaultCase fault, FaultRun run, TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            return await fault.RunAsync(run, limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return FaultReport.Failed($"It took longer than {within.TotalMinutes:0} minutes.");
        }
        catch (Exception fatal)
        {
            // The next case goes on with a system of its own.
            return FaultReport.Failed(fatal.ToString());
        }
    }

    private static string ToJson(FaultCase fault, FaultReport report, TimeSpan took, int replicas) => JsonSerializer.Serialize(
        new
        {
            @case = fault.Name, number = fault.Number, replicas, held = report.Held, faults = report.Faults, attempted = report.Attempted, ok = report.Ok,
            unknown = report.Unknown, recovered = report.Recovered, lost = report.Count(ViolationKind.Lost), duplicated = report.Count(ViolationKind.Duplicated),
            reordered = report.Count(ViolationKind.Reordered), phantom = report.Count(ViolationKind.Phantom), healedSeconds = report.Healed?.TotalSeconds, seconds = took.TotalSeconds,
            violations = report.Violations.Select(violation => violation.Text),
        },
        JsonSerializerOptions.Web);

    private static void WriteTable(TextWriter answer, IReadOnlyList<(FaultCase Case, FaultReport Report, TimeSpan Took)> done, int replicas)
    {
        answer.WriteLine();
        answer.WriteLine($"{"case",-24} {"no.",-8} {"replicas",8} {"faults",6} {"tried",6} {"ok",6} {"unknown",7} {"recov.",6} {"lost",5} {"dupl.",5} {"reord.",6} {"phant.",6} {"healed",7} {"took",6}  verdict");
        foreach (var (fault, report, took) in done)
        {
            string healed = report.Healed is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s") : "-";
            answer.WriteLine(
                $"{fault.Name,-24} {fault.Number,-8} {replicas,8} {report.Faults,6} {report.Attempted,6} {report.Ok,6} {report.Unknown,7} {report.Recovered,6} "
                + $"{report.Count(ViolationKind.Lost),5} {report.Count(ViolationKind.Duplicated),5} {report.Count(ViolationKind.Reordered),6} {report.Count(ViolationKind.Phantom),6} "
                + $"{healed,7} {took.TotalSeconds,4:0} s  {(report.Held ? "held" : "VIOLATED")}");
        }

        answer.WriteLine($"{done.Count(item => item.Report.Held)} of {done.Count} held");
    }

    private sealed record Options(IReadOnlyList<FaultCase> Cases, int Replicas, bool Long, bool Json)
    {
        public static Options? Parse(string[] arguments)
        {
            var names = new List<string>();
            var (replicas, isLong, json) = (1, false, false);
            for (int i = 0; i < arguments.Length; i++)
            {
                switch (arguments[i])
                {
                    case "--json": json = true; break;
                    case "--long": isLong = true; break;
                    case "--replicas" when i + 1 < arguments.Length && int.TryParse(arguments[++i], CultureInfo.InvariantCulture, out replicas) && replicas > 0: break;
                    default: names.Add(arguments[i]); break;
                }
            }

            if (names.Find(name => FaultCase.All.All(known => !known.IsNamed(name))) is { } unknown) return Refuse(unknown);
            return new([.. FaultCase.All.Where(known => names.Count == 0 || names.Exists(known.IsNamed))], replicas, isLong, json);
        }

        private static Options? Refuse(string unknown)
        {
            Console.Error.WriteLine($"There is no case '{unknown}'. Known:");
            foreach (var known in FaultCase.All) Console.Error.WriteLine($"  {known.Name,-24} {known.Number,-8} {known.Description}");
            return null;
        }
    }
}
