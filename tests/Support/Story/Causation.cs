namespace Pathways.Tests.Support.Story;

/// <summary>
/// What each service did because another one told it something: once, in the order in which the source's stream tells it,
/// in the source's tenant, and not without having been told. Pure over the exported logs.
/// </summary>
public static class Causation
{
    public static IEnumerable<Violation> Violations(IReadOnlyList<SystemLogEntry> log)
    {
        var causes = log.ToDictionaryOfFirst(entry => (entry.Service, entry.Id));
        var effects = new List<(SystemLogEntry Effect, SystemLogEntry Cause)>();
        foreach (var entry in log.Where(IsOfAMessage))
        {
            if (causes.TryGetValue((entry.Cause!.Source, entry.Cause.Id), out var cause)) effects.Add((entry, cause));
            else yield return new Violation(ViolationKind.Phantom, $"{entry.Service} {entry.Type} {entry.Id} follows from {entry.Cause.Id}, which {entry.Cause.Source} does not hold");
        }

        foreach (var violation in Repeated(effects).Concat(OutOfOrder(effects)).Concat(InAnotherTenant(effects))) yield return violation;
    }

    /// <summary>What follows from an event of the service's own is its own affair.</summary>
    private static bool IsOfAMessage(SystemLogEntry entry) => entry.Cause is { } cause && cause.Source != entry.Service;

    /// <summary>No decision on a message records the same in the same stream twice.</summary>
    private static IEnumerable<Violation> Repeated(IEnumerable<(SystemLogEntry Effect, SystemLogEntry Cause)> effects) => effects
        .CountBy(item => (item.Effect.Service, item.Effect.Tenant, item.Effect.Stream, item.Effect.Type, Cause: item.Cause.Id))
        .Where(effect => effect.Value > 1)
        .Select(effect => new Violation(
            ViolationKind.Duplicated, $"{effect.Key.Service} {effect.Key.Stream} has {effect.Key.Type} {effect.Value} times because of {effect.Key.Cause}"));

    /// <summary>By the first effect of each cause: a deadline that it has set may come up much later.</summary>
    private static IEnumerable<Violation> OutOfOrder(IEnumerable<(SystemLogEntry Effect, SystemLogEntry Cause)> effects) => effects
        .OrderBy(item => item.Effect.Position)
        .DistinctBy(item => (item.Effect.Service, item.Cause.Id))
        .GroupBy(item => (item.Effect.Service, Source: item.Cause.Service, item.Cause.Tenant, item.Cause.Stream), item => item.Cause.Version)
        .Where(stream => stream.Zip(stream.Skip(1)).Any(pair => pair.First > pair.Second))
        .Select(stream => new Violation(
            ViolationKind.Reordered, $"{stream.Key.Service} acted on {stream.Key.Source} {stream.Key.Stream} in the order {string.Join(' ', stream)}"));

    private static IEnumerable<Violation> InAnotherTenant(IEnumerable<(SystemLogEntry Effect, SystemLogEntry Cause)> effects) => effects
        .Where(item => item.Effect.Tenant != item.Cause.Tenant)
        .Select(item => new Violation(
            ViolationKind.Phantom, $"{item.Effect.Service} {item.Effect.Type} of {item.Effect.Tenant} follows from {item.Cause.Id} of {item.Cause.Tenant}"));

    /// <summary>An event that is there twice is told of elsewhere.</summary>
    private static Dictionary<TKey, SystemLogEntry> ToDictionaryOfFirst<TKey>(this IEnumerable<SystemLogEntry> log, Func<SystemLogEntry, TKey> key)
        where TKey : notnull
        => log.DistinctBy(key).ToDictionary(key);
}
