namespace Pathways.Tests.Support.Story;

/// <summary>
/// What callers were told against what the logs hold (as Jepsen's <c>total-queue</c>): what was acknowledged is there once,
/// with all that follows from it; what was refused is not there; of whom they spoke, nothing is there that they did not say.
/// </summary>
public static class HistoryCheck
{
    /// <summary>Every violation; none when all holds. Pure, so that it can be shown histories that do not fit.</summary>
    public static IReadOnlyList<Violation> Violations(IReadOnlyList<Attempt> history, IReadOnlyList<SystemLogEntry> log)
    {
        var recorded = log.Where(entry => entry.Type == "achievement_recorded").ToLookup(RecordOf);
        var awarded = log.Where(entry => entry.Type == "credential_issued").Select(LearnerOf).ToHashSet();
        return [.. history.SelectMany(attempt => ViolationsOf(attempt, [.. recorded[attempt.Statement]], awarded)), .. Phantoms(history, log)];
    }

    /// <summary>How many of the commands whose outcome was unknown were carried out.</summary>
    public static int Recovered(IReadOnlyList<Attempt> history, IReadOnlyList<SystemLogEntry> log)
    {
        var recorded = log.Where(entry => entry.Type == "achievement_recorded").Select(RecordOf).ToHashSet();
        return history.Count(attempt => attempt.Outcome == Outcome.Unknown && recorded.Contains(attempt.Statement));
    }

    /// <summary>Every statement of the load is valid: what breaks may delay its answer or leave it open, and never make it the caller's mistake or ours.</summary>
    /// <param name="excused">Refusals that are right where a case makes them so.</param>
    public static IEnumerable<Violation> WrongAnswers(IEnumerable<Attempt> history, params string[] excused) => history
        .Where(attempt => !excused.Contains(attempt.Answer))
        .Where(attempt => attempt.Outcome == Outcome.Refused || attempt.Answer == "500")
        .Select(attempt => new Violation(ViolationKind.LeftOver, $"a valid statement was answered with {attempt.Answer}"));

    private static IEnumerable<Violation> ViolationsOf(Attempt attempt, List<SystemLogEntry> recorded, HashSet<string> awarded)
    {
        if (attempt.Outcome == Outcome.Ok && recorded.Count == 0)
            yield return new(ViolationKind.Lost, $"{attempt.Statement} was acknowledged ({attempt.Answer}) and is not there");
        if (attempt.Outcome == Outcome.Refused && recorded.Count > 0)
            yield return new(ViolationKind.Phantom, $"{attempt.Statement} was refused ({attempt.Answer}) and is there");
        if (recorded.Count > 1)
            yield return new(ViolationKind.Duplicated, $"{attempt.Statement} was recorded {recorded.Count} times");
        if (recorded.Count > 0 && !awarded.Contains(LearnerOf(recorded[0])))
            yield return new(ViolationKind.Lost, $"{attempt.Statement} was recorded, and no credential was issued for it");
    }

    /// <summary>The other way round: each learner of the load has one result, and whatever else is recorded or issued for one of them nobody asked for.</summary>
    private static IEnumerable<Violation> Phantoms(IReadOnlyList<Attempt> history, IReadOnlyList<SystemLogEntry> log)
    {
        var sent = history.Select(attempt => attempt.Statement).ToHashSet();
        var records = log.Where(entry => entry.Type == "achievement_recorded").ToList();
        var learners = records.Where(entry => sent.Contains(RecordOf(entry))).Select(LearnerOf).ToHashSet();
        foreach (var entry in records.Where(entry => learners.Contains(LearnerOf(entry)) && !sent.Contains(RecordOf(entry))))
            yield return new(ViolationKind.Phantom, $"{RecordOf(entry)} is recorded, and nobody has sent it");
        foreach (var entry in log.Where(entry => entry.Type == "credential_issued" && learners.Contains(LearnerOf(entry))))
        {
            if (!Guid.TryParse((string?)entry.Data["Basis"]?["RecordId"], out var basis) || !sent.Contains(basis))
                yield return new(ViolationKind.Phantom, $"{entry.Stream} was issued for no result that anybody has sent");
        }
    }

    private static Guid RecordOf(SystemLogEntry recorded) => Guid.Parse((string)recorded.Data["RecordId"]!);

    private static string LearnerOf(SystemLogEntry entry) => (string)entry.Data["LearnerId"]!;
}
