using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>All that must hold of a whole system when it has healed: what is asked until it is so, and what is asked once after that.</summary>
internal static class Checker
{
    /// <summary>What has not arrived yet, or never will.</summary>
    public static async Task<IReadOnlyList<Violation>> NotThereAsync(
        FaultSystem system, SystemLog log, IReadOnlyList<Attempt> attempts, CancellationToken cancellation)
    {
        if (await Health.WrongAsync(system, cancellation) is { Count: > 0 } sick) return sick;
        var entries = await log.ReadOnAsync(cancellation);
        return
        [
            .. Invariants.Violations(entries), .. HistoryCheck.Violations(attempts, entries), .. await Deliveries.WrongAsync(system, entries, cancellation),
        ];
    }

    /// <summary>Chains, parked streams, every read model against a replay, and what the processes' logs give away.</summary>
    public static async Task<IReadOnlyList<Violation>> NotSoundAsync(FaultSystem system, CancellationToken cancellation)
    {
        using var college = await DoorClient.OfAsync(system.Running, WeldingStory.College, WeldingStory.Scopes, cancellation);
        return
        [
            .. await Invariants.LeftOverAsync(system.Running, college, cancellation),
            .. await Projections.NotReplayEqualAsync(system, cancellation),
            .. await ToldInLogsAsync(system.Running.Data.Logs, Load.LearnerName, cancellation),
        ];
    }

    /// <summary>What learners have said and done is in the statements, and in no process's log.</summary>
    public static async Task<IReadOnlyList<Violation>> ToldInLogsAsync(string folder, string secret, CancellationToken cancellation)
    {
        var wrong = new List<Violation>();
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            await foreach (var line in File.ReadLinesAsync(file, cancellation))
            {
                if (!line.Contains(secret, StringComparison.OrdinalIgnoreCase)) continue;
                wrong.Add(new(ViolationKind.LeftOver, $"the log {Path.GetFileName(file)} tells a learner's name"));
                break;
            }
        }

        return wrong;
    }
}
