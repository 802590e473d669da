using System.Globalization;
using System.Text.Json.Nodes;

namespace Pathways.Tests.Support.Story;

/// <summary>
/// What must hold of the logs however often anything was killed: no event lost, none doubled, none out of order, every
/// public one in the feed, every effect with its cause. Pure over the exported logs, so that it can be shown logs that are wrong.
/// </summary>
public static class Invariants
{
    /// <summary>Stored types that every institution is told of.</summary>
    private static readonly HashSet<string> Public =
    [
        "achievement_recorded", "achievement_withdrawn", "achievement_published", "credential_issued", "credential_revoked", "credential_suspended",
        "credential_reinstated", "credential_expired", "pathway_published", "learner_enrolled", "stack_evaluated", "stack_completed", "stack_reopened",
        "agreement_concluded", "recognition_requested", "credit_recognised", "recognition_refused", "recognition_withdrawn",
    ];

    /// <summary>Every violation; none when all holds.</summary>
    public static IReadOnlyList<Violation> Violations(IReadOnlyList<SystemLogEntry> log) =>
    [
        .. Gaps(log), .. BrokenStreams(log), .. Doubled(log), .. DoubledAwards(log), .. NotInFeed(log), .. Reordered(log), .. Causation.Violations(log),
    ];

    /// <summary>Of each stream of a service that others are told of, the last version that they must have heard of.</summary>
    public static IReadOnlyDictionary<(string Tenant, string Stream), long> PublicHeads(IReadOnlyList<SystemLogEntry> log, string service) => log
        .Where(entry => entry.Service == service && Public.Contains(entry.Type))
        .GroupBy(entry => (entry.Tenant, entry.Stream))
        .ToDictionary(stream => stream.Key, stream => stream.Max(entry => entry.Version));

    /// <summary>The pure invariants, the read models against the streams, and the hash chains.</summary>
    public static async Task<IReadOnlyList<Violation>> ViolationsAsync(RunningSystem system, WeldingStory story, CancellationToken cancellation)
        => [.. Violations(await SystemLog.ReadAsync(system, cancellation)), .. await LeftOverAsync(system, story.AtCollege, cancellation)];

    /// <summary>What the logs do not show: hash chains, parked streams, read models that differ from their streams.</summary>
    public static async Task<IReadOnlyList<Violation>> LeftOverAsync(RunningSystem system, DoorClient college, CancellationToken cancellation)
    {
        var violations = new List<Violation>();
        await Script.RunAsync("pathways", cancellation, "audit", "verify", "--json", "--data", system.Data.Root);
        var parked = JsonNode.Parse(await Script.RunAsync("pathways", cancellation, "parked", "list", "--json", "--data", system.Data.Root))!.AsArray();
        violations.AddRange(parked.Select(stream => new Violation(ViolationKind.LeftOver, $"parked: {stream!.ToJsonString()}")));

        var stacks = (await college.GetAsync("pathway-stacking/stacks?limit=200", cancellation))["items"]!.AsArray();
        foreach (var listed in stacks)
        {
            var replayed = await college.GetAsync($"pathway-stacking/stacks/{listed!["stackId"]}", cancellation);
            if ((string?)listed["decisionHash"] != (string?)replayed["decision"]!["decisionHash"])
                violations.Add(new(ViolationKind.LeftOver, $"the list shows another decision of stack {listed["stackId"]} than its stream"));
        }

        return violations;
    }

    private static IEnumerable<Violation> Gaps(IReadOnlyList<SystemLogEntry> log) => log
        .GroupBy(entry => entry.Service)
        .Where(service => !service.Select(entry => entry.Position).Order().SequenceEqual(Enumerable.Range(1, service.Count()).Select(n => (long)n)))
        .Select(service => new Violation(ViolationKind.Lost, $"the log of {service.Key} has a gap"));

    private static IEnumerable<Violation> BrokenStreams(IReadOnlyList<SystemLogEntry> log) => log
        .GroupBy(entry => (entry.Service, entry.Tenant, entry.Stream))
        .Where(stream => !stream.OrderBy(entry => entry.Position).Select(entry => entry.Version).SequenceEqual(Enumerable.Range(1, stream.Count()).Select(n => (long)n)))
        .Select(stream => new Violation(ViolationKind.Reordered, $"{stream.Key.Service} {stream.Key.Stream} is not contiguous and in order"));

    private static IEnumerable<Violation> Doubled(IReadOnlyList<SystemLogEntry> log) => log
        .CountBy(entry => (entry.Service, entry.Id))
        .Where(entry => entry.Value > 1)
        .Select(entry => new Violation(ViolationKind.Duplicated, $"{entry.Key.Service} holds event {entry.Key.Id} {entry.Value} times"));

    /// <summary>One learner has one standing credential per achievement.</summary>
    private static IEnumerable<Violation> DoubledAwards(IReadOnlyList<SystemLogEntry> log)
    {
        var revoked = log.Where(entry => entry.Type is "credential_revoked" or "credential_suspended").Select(entry => (entry.Tenant, entry.Stream)).ToHashSet();
        return log
            .Where(entry => entry.Type == "credential_issued" && !revoked.Contains((entry.Tenant, entry.Stream)))
            .CountBy(entry => (entry.Tenant, Learner: (string)entry.Data["LearnerId"]!, Achievement: (string)entry.Data["AchievementId"]!))
            .Where(award => award.Value > 1)
            .Select(award => new Violation(
                ViolationKind.Duplicated, $"{award.Key.Learner} holds {award.Value} credentials for {award.Key.Achievement} at {award.Key.Tenant}"));
    }

    private static IEnumerable<Violation> NotInFeed(IReadOnlyList<SystemLogEntry> log)
    {
        var told = log.Where(entry => entry.Type == "public_event_received").CountBy(entry => (Guid)PublicEventOf(entry)["id"]!).ToDictionary();
        foreach (var entry in log.Where(entry => entry.Service != "institution-feed" && Public.Contains(entry.Type)))
        {
            int times = told.GetValueOrDefault(entry.Id);
            if (times == 1) continue;
            yield return new Violation(
                times == 0 ? ViolationKind.Lost : ViolationKind.Duplicated, $"{entry.Service} {entry.Type} {entry.Id} is in the feed {times} times");
        }
    }

    /// <summary>Institutions are told of each stream in the stream's own order.</summary>
    private static IEnumerable<Violation> Reordered(IReadOnlyList<SystemLogEntry> log) => log
        .Where(entry => entry.Type == "public_event_received")
        .OrderBy(entry => entry.Position)
        .Select(PublicEventOf)
        .Where(told => told.ContainsKey("sequence"))
        .GroupBy(told => (Source: (string)told["source"]!, Stream: (string)told["subject"]!), told => long.Parse((string)told["sequence"]!, CultureInfo.InvariantCulture))
        .Where(stream => stream.Zip(stream.Skip(1)).Any(pair => pair.First > pair.Second))
        .Select(stream => new Violation(ViolationKind.Reordered, $"the feed tells of {stream.Key.Source} {stream.Key.Stream} in the order {string.Join(' ', stream)}"));

    /// <summary>The CloudEvent; its id is the source event's.</summary>
    private static JsonObject PublicEventOf(SystemLogEntry entry) => JsonNode.Parse((string)entry.Data["CloudEvent"]!)!.AsObject();
}

public enum ViolationKind
{
    Lost,
    Duplicated,
    Reordered,

    /// <summary>Something is there that nobody asked for.</summary>
    Phantom,

    /// <summary>Something waits, or does not fit together, for ever.</summary>
    LeftOver,
}

public sealed record Violation(ViolationKind Kind, string Text)
{
    public override string ToString() => Text;
}
