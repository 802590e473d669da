namespace Pathways.CredentialIssuance.Domain.Achievements;

/// <summary>
/// Who is awarded by events alone: either a result in an activity (<paramref name="ActivityId"/>,
/// <paramref name="Outcomes"/>), or the completion of a stack (<paramref name="Stack"/>).
/// </summary>
/// <param name="Outcomes">Which outcomes count: <c>passed</c>, <c>completed</c>, …; any of them suffices.</param>
/// <param name="MinScaledScore">-1 to 1. A result without a score does not reach it.</param>
/// <param name="Version">The registrar's name for this version of the rule; the achievement's version when null.</param>
public sealed record AwardRule(
    string? ActivityId = null,
    IReadOnlyList<string>? Outcomes = null,
    decimal? MinScaledScore = null,
    bool Stack = false,
    string? Version = null)
{
    public static readonly IReadOnlyList<string> KnownOutcomes = ["completed", "passed", "failed", "mastered", "scored", "attested"];

    public bool IsMetBy(string outcome, decimal? scaledScore)
        => Outcomes is not null && Outcomes.Contains(outcome) && (MinScaledScore is not { } least || scaledScore >= least);
}
