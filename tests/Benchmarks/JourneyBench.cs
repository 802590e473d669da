using System.Diagnostics;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Benchmarks;

/// <summary>
/// <c>journey</c>: a learner's results go in as one batch, the stacked certificate comes out. The steps say where the time
/// goes, up to the institution's feed: from each event to the one that it caused in the next service.
/// </summary>
internal static class JourneyBench
{
    private const int Learners = 40;
    private const int Concurrency = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        await using var system = new RunningSystem();
        Report.Progress("Starting the system …");
        await system.InitializeAsync();
        await WeldingStory.DefineAsync(system, cancellation);

        Report.Progress($"{Learners} learners, {Concurrency} at a time …");
        var durations = new Samples();
        var steps = new Samples[] { new(), new(), new(), new() };
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(Enumerable.Range(1, Learners), new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation }, async (i, ct) =>
        {
            using var story = await WeldingStory.EnrolAsync(system, $"bench-{i}", ct);
            var started = Stopwatch.GetTimestamp();
            await story.SendResultsAsync(ct);
            await Eventually.TrueAsync(async () => await IsCertifiedAsync(story, ct), Patience, "the certificate", ct);
            durations.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        });
        var elapsed = clock.Elapsed;
        await StepsAsync(system, steps, cancellation);

        report.Add("certificate", "stories per second", Learners / elapsed.TotalSeconds, "1/s");
        report.Add("certificate", "p50", durations.Percentile(0.5), "ms");
        report.Add("certificate", "p99", durations.Percentile(0.99), "ms");
        double whole = steps.Sum(step => step.Percentile(0.5));
        foreach (var (step, name) in steps.Zip((string[])["statement to credential", "credential to decision", "decision to stacked credential", "stacked credential to feed"]))
        {
            report.Add(name, "p50", step.Percentile(0.5), "ms");
            report.Add(name, "p99", step.Percentile(0.99), "ms");
            report.Add(name, "share", 100 * step.Percentile(0.5) / whole, "%");
        }
    }

    private static async Task<bool> IsCertifiedAsync(WeldingStory story, CancellationToken cancellation)
    {
        var issued = await story.CredentialsAsync(cancellation);
        return issued.Any(credential => (string?)credential["achievementId"] == "welding-certificate-a");
    }

    /// <summary>From each event to the event that it caused in the next service, by the database's clock, which all services share here.</summary>
    private static async Task StepsAsync(RunningSystem system, Samples[] steps, CancellationToken cancellation)
    {
        using var operatorClient = await DoorClient.OfAsync(system, "*", "operator", cancellation);
        var recorded = new Dictionary<Guid, (string Type, DateTimeOffset At)>();
        var effects = new List<(Guid Cause, string Type, DateTimeOffset At)>();
        foreach (var service in SystemLog.ServicesOf(system))
        {
            string? after = "0";
            while (after is not null)
            {
                var page = await operatorClient.GetAsync($"{service}/audit/log?after={after}&limit=200", cancellation);
                foreach (var entry in page["items"]!.AsArray()) Note(entry!["event"]!, recorded, effects);
                after = (string?)page["next"];
            }
        }

        foreach (var (cause, type, at) in effects)
        {
            if (!recorded.TryGetValue(cause, out var source)) continue;
            int step = (source.Type, type) switch
            {
                ("achievement_recorded", "credential_issued") => 0,
                ("credential_issued", "stack_evaluated") => 1,
                ("stack_completed", "credential_issued") => 2,
                ("credential_issued", "public_event_received") => 3,
                _ => -1,
            };
            if (step >= 0) steps[step].Add((at - source.At).TotalMilliseconds);
        }
    }

    private static void Note(JsonNode stored, Dictionary<Guid, (string, DateTimeOffset)> recorded, List<(Guid, string, DateTimeOffset)> effects)
    {
        var (type, at) = ((string)stored["type"]!, (DateTimeOffset)stored["timestamp"]!);
        recorded[(Guid)stored["id"]!] = (type, at);
        if (Guid.TryParse((string?)stored["causationId"], out var cause)) effects.Add((cause, type, at));
    }
}
