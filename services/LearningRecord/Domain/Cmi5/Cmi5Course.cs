using System.Collections.Immutable;

namespace Pathways.LearningRecord.Domain.Cmi5;

/// <summary>A course as its structure describes it (cmi5, section 13), laid flat: whatever is in a block names its blocks.</summary>
/// <param name="Id">The publisher's IRI; statements name the course by an IRI of ours.</param>
/// <param name="Title">By language.</param>
public sealed record Cmi5Course(string Id, ImmutableSortedDictionary<string, string> Title, ImmutableArray<Cmi5Block> Blocks, ImmutableArray<Cmi5Unit> Units)
{
    public Cmi5Unit? Find(string unit) => Units.FirstOrDefault(candidate => candidate.Id == unit);
}

/// <param name="Within">The blocks that it is in, from the outermost.</param>
public sealed record Cmi5Block(string Id, ImmutableSortedDictionary<string, string> Title, ImmutableArray<string> Within);

/// <summary>An assignable unit.</summary>
/// <param name="Url">Where it is launched; absolute.</param>
/// <param name="MoveOn">One of <see cref="Cmi5MoveOn"/>.</param>
/// <param name="MasteryScore">From 0 to 1.</param>
public sealed record Cmi5Unit(
    string Id,
    ImmutableSortedDictionary<string, string> Title,
    string Url,
    string MoveOn,
    decimal? MasteryScore,
    string LaunchMethod,
    string? ActivityType,
    string? LaunchParameters,
    string? EntitlementKey,
    ImmutableArray<string> Within);

/// <summary>What has to be reported of a unit until it counts as done.</summary>
public static class Cmi5MoveOn
{
    public const string NotApplicable = "NotApplicable";

    public static IReadOnlyList<string> All { get; } = [NotApplicable, "Passed", "Completed", "CompletedAndPassed", "CompletedOrPassed"];

    public static bool IsMet(string moveOn, bool completed, bool passed) => moveOn switch
    {
        NotApplicable => true,
        "Passed" => passed,
        "Completed" => completed,
        "CompletedAndPassed" => completed && passed,
        "CompletedOrPassed" => completed || passed,
        _ => throw new InvalidOperationException($"Unknown moveOn: {moveOn}"),
    };
}
