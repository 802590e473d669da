using System.Diagnostics;
using System.Text.Json;

namespace Pathways.Faults;

/// <summary><c>deploy/faults [CASE…] [--json]</c>.</summary>
internal static class FaultRunner
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        bool json = arguments.Contains("--json");
        var wanted = arguments.Where(argument => argument != "--json").ToList();
        if (wanted.Find(name => FaultCase.All.All(known => known.Name != name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"There is no case '{unknown}'. Known:");
            foreach (var known in FaultCase.All) await Console.Error.WriteLineAsync($"  {known.Name,-16} {known.Description}");
            return 2;
        }

        bool allHeld = true;
        foreach (var fault in FaultCase.All.Where(fault => wanted.Count == 0 || wanted.Contains(fault.Name)))
        {
            if (!json) await Console.Error.WriteLineAsync($"{fault.Name}: {fault.Description} …");
            var clock = Stopwatch.StartNew();
            var violations = await ViolationsAsync(fault);
            allHeld &= violations.Count == 0;
            Tell(json, fault, violations, clock.Elapsed);
        }

        return allHeld ? 0 : 1;
    }

    private static async Task<IReadOnlyList<string>> ViolationsAsync(FaultCase fault)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(10));
        try
        {
            return await fault.RunAsync(FaultRun.Long, limit.Token);
        }
        catch (Exception fatal) when (fatal is TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return [fatal.Message];
        }
    }

    private static void Tell(bool json, FaultCase fault, IReadOnlyList<string> violations, TimeSpan took)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { @case = fault.Name, held = violations.Count == 0, seconds = took.TotalSeconds, violations }, JsonSerializerOptions.Web));
            return;
        }

        Console.Out.WriteLine($"{fault.Name,-16} {(violations.Count == 0 ? "held" : "VIOLATED"),-10} {took.TotalSeconds,6:0.0} s");
        foreach (var violation in violations) Console.Out.WriteLine($"    {violation}");
    }
}
