using System.Text.Json.Serialization;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>
/// What CTDL cannot say about a pathway. One shape for all kinds, so that an import, an export and a diff need to know it once;
/// <see cref="PathwayRules"/> says which members each kind has.
/// </summary>
/// <param name="Name">For people, in findings and explanations.</param>
/// <param name="Of">Ids of the components that it is about; for a sharing cap also IRIs of other pathways' components.</param>
/// <param name="Credits">Least or most credits, in <paramref name="Unit"/>.</param>
/// <param name="Count">Least or most pieces of evidence; of a use limit: how often one piece may count.</param>
/// <param name="Level">Only evidence at this level is counted: <c>audLevel:UpperDivisionLevel</c>, <c>SCQF 10</c>.</param>
/// <param name="Area">Only evidence in this area is counted: a code that the evidence's begins with (ISCED-F <c>061</c> holds <c>0612</c>).</param>
/// <param name="Issuers">Only evidence of these issuers is counted.</param>
/// <param name="Grade">Least grade, on the evidence's own scale.</param>
/// <param name="Average">Least credit-weighted grade average.</param>
/// <param name="Months">The oldest that evidence may be.</param>
/// <param name="Items">Of a prerequisite: component ids; of a substitution class: names that stand for each other; of a preference: what counts first.</param>
public sealed record PathwayRule(
    RuleKind Kind,
    string? Name = null,
    IReadOnlyList<string>? Of = null,
    decimal? Credits = null,
    string? Unit = null,
    int? Count = null,
    string? Level = null,
    string? Area = null,
    IReadOnlyList<string>? Issuers = null,
    string? Grade = null,
    decimal? Average = null,
    int? Months = null,
    IReadOnlyList<string>? Items = null);

[JsonConverter(typeof(JsonStringEnumConverter<RuleKind>))]
public enum RuleKind
{
    /// <summary>What fills the component is worth at least so many credits, at a level, in an area, of an issuer.</summary>
    CreditMinimum,

    /// <summary>So many credits of what fills the component are the institution's own.</summary>
    Residency,

    /// <summary>Between these components a piece of evidence counts at most so often.</summary>
    UseLimit,

    /// <summary>These components may have at most so many pieces of evidence, or credits, in common.</summary>
    SharingCap,

    /// <summary>Evidence for the component is at most so many months old.</summary>
    Recency,

    /// <summary>Evidence for the component has at least this grade.</summary>
    GradeMinimum,

    /// <summary>The average grade of what fills the component is at least so much.</summary>
    GradeAverage,

    /// <summary>Evidence for the component counts only for who holds evidence of the others.</summary>
    Prerequisite,

    /// <summary>Evidence of one of these names is evidence of all of them.</summary>
    Substitution,

    /// <summary>Of evidence that would do equally well, which is used.</summary>
    Preference,
}

/// <summary>When a version is in force, and for whom.</summary>
/// <param name="From">First day; null: from its publication.</param>
/// <param name="Until">Last day; null: until the next version.</param>
/// <param name="Cohorts">Only for learners of these cohorts (catalogue years); null: for everybody.</param>
public sealed record EffectivePeriod(DateOnly? From = null, DateOnly? Until = null, IReadOnlyList<string>? Cohorts = null)
{
    public bool Covers(DateOnly day, string? cohort)
        => !(From > day) && !(Until < day) && (Cohorts is null || (cohort is not null && Cohorts.Contains(cohort)));
}
