using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>Where in the pathway a node of the requirement graph comes from.</summary>
/// <param name="ComponentId">The component that a leaf or a component's group is about; null for a condition.</param>
/// <param name="OwnerId">The component whose condition it is; null for the pathway itself.</param>
/// <param name="Text">What is required, in plain words.</param>
/// <param name="Identifiers">Normalized names of what fills a component's leaf.</param>
/// <param name="Limits">Rules about each piece of evidence: its age, its grade, what must be held before.</param>
/// <param name="IsUnnamed">A condition without a name: its text is the names of its targets.</param>
internal sealed record Place(
    string? ComponentId,
    string? OwnerId,
    string Text,
    IReadOnlyList<string> Identifiers,
    IReadOnlyList<Constraint> Constraints,
    LogicalOperator? Combination,
    bool CountsCredits = false,
    IReadOnlyList<PathwayRule>? Limits = null,
    bool IsUnnamed = false)
{
    public Verdict Judge(Evidence evidence, Circumstances circumstances)
    {
        // Credits that the evidence does not state cannot be summed.
        if (CountsCredits && evidence.Credits is null)
            return Verdict.NotSatisfied;
        var verdict = ConstraintJudge.Judge(Constraints, Combination, evidence);
        foreach (var rule in Limits ?? [])
            verdict = (Verdict)Math.Min((int)verdict, (int)circumstances.Judge(rule, evidence));
        return verdict;
    }
}

/// <summary>What rules about single pieces of evidence look at beside the evidence.</summary>
/// <param name="Instant">Null: whatever time and other evidence may bring.</param>
internal sealed record Circumstances(DateTimeOffset? Instant, IReadOnlySet<string> HeldComponents)
{
    public static Circumstances Any { get; } = new(null, new HashSet<string>());

    public Verdict Judge(PathwayRule rule, Evidence evidence) => rule.Kind switch
    {
        RuleKind.GradeMinimum => ConstraintJudge.IsAtLeast(evidence.Grade, rule.Grade!),
        _ when Instant is null => Verdict.Satisfied,
        RuleKind.Recency => evidence.Aged(rule.Months!.Value) <= Instant ? Verdict.NotSatisfied : Verdict.Satisfied,
        RuleKind.Prerequisite => rule.Items!.All(HeldComponents.Contains) ? Verdict.Satisfied : Verdict.NotSatisfied,
        _ => Verdict.Satisfied,
    };
}
