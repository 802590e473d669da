using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>What was acknowledged against what took effect, as Jepsen's <c>total-queue</c> counts it.</summary>
internal static class Effects
{
    /// <param name="acknowledged">In their order.</param>
    /// <param name="seen">What took effect, in the order in which it did.</param>
    /// <param name="open">What nobody was told of: it may be there or not.</param>
    public static IReadOnlyList<Violation> Violations<T>(IReadOnlyList<T> acknowledged, IReadOnlyList<T> seen, IReadOnlyList<T>? open = null)
        where T : notnull
    {
        var counts = seen.CountBy(item => item).ToDictionary();
        var known = acknowledged.Concat(open ?? []).ToHashSet();
        var places = acknowledged.Index().ToDictionary(item => item.Item, item => item.Index);
        var order = seen.Distinct().Where(places.ContainsKey).Select(item => places[item]).ToList();
        return
        [
            .. acknowledged.Where(item => !counts.ContainsKey(item)).Select(item => new Violation(ViolationKind.Lost, $"{item} was acknowledged and has no effect")),
            .. counts.Where(item => item.Value > 1).Select(item => new Violation(ViolationKind.Duplicated, $"{item.Key} has its effect {item.Value} times")),
            .. counts.Keys.Where(item => !known.Contains(item)).Select(item => new Violation(ViolationKind.Phantom, $"{item} has an effect and nobody asked for it")),
            .. order.Zip(order.Skip(1)).Where(pair => pair.First > pair.Second)
                .Select(pair => new Violation(ViolationKind.Reordered, $"{acknowledged[pair.Second]} came after {acknowledged[pair.First]}")),
        ];
    }
}
