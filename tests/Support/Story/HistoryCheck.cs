namespace Pathways.Tests.Support.Story;

/// <summary>
/// What callers were told against what the logs hold (as Jepsen's <c>total-queue</c>): what was acknowledged is there once,
/// with all that follows from it; what was refused is not there; what is there was asked for.
/// </summary>
public static class HistoryCheck
{
    /// <summary>Every violation; none when all holds. Pure, so that it can be shown histories that do not fit.</summary>
    public static IReadOnlyList<Violation> Violations(IReadOnlyList<Attempt> history, IReadOnlyList<SystemLogEntry> log)
    {
        var recorded = log.Where(entry => entry.Type == "achievement_recorded").ToLookup(entry => Guid.Parse((string)entry.Data["RecordId"]!));
        var awarded = log.Where(entry => entry.Type == "credential_issued").Select(entry => (string)entry.Data["LearnerId"]!).ToHashSet();
        return [.. history.SelectMany(attempt => ViolationsOf(attempt, [.. recorded[attempt.Statement]], awarded))];
    }

    /// <summary>How many of the commands whose outcome was unknown were carried out.</summary>
    public static int Recovered(IReadOnlyList<Attempt> history, IReadOnlyList<SystemLogEntry> log)
    {
        var recorded = log.Where(entry => entry.Type == "achievement_recorded").Select(entry => Guid.Parse((string)entry.Data["RecordId"]!)).ToHashSet();
        return history.Count(attempt => attempt.Outcome == Outcome.Unknown && recorded.Contains(attempt.Statement));
    }

    private static IEnumerable<Violation> ViolationsOf(Attempt attempt, List<SystemLogEntry> recorded, HashSet<string> awarded)
    {
        if (attempt.Outcome == Outcome.Ok && recorded.Count == 0)
            yield return new(ViolationKind.Lost, $"{attempt.Statement} was acknowledged ({attempt.Answer}) and is not there");
        if (attempt.Outcome == Outcome.Refused && recorded.Count > 0)
            yield return new(ViolationKind.Phantom, $"{attempt.Statement} was refused ({attempt.Answer}) and is there");
        if (recorded.Count > 1)
            yield return new(ViolationKind.Duplicated, $"{attempt.Statement} was recorded {recorded.Count} times");
        if (recorded.Count > 0 && !awarded.Contains((string)recorded[0].Data["LearnerId"]!))
            yield return new(ViolationKind.Lost, $"{attempt.Statement} was recorded, and no credential was issued for it");
    }
}
