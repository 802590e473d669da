using System.Text.Json.Serialization;

namespace Pathways.CredentialIssuance.Domain.Achievements;

/// <summary>What can be achieved, in the terms of Open Badges 3.0.</summary>
/// <param name="Criteria">What the learner has to do, in words (<c>criteria.narrative</c>).</param>
/// <param name="AchievementType">One of <see cref="AchievementTypes"/>, or <c>ext:…</c>.</param>
/// <param name="Identifiers">What else names it: CTIDs, course codes, IRIs that a pathway's component may be a proxy for.</param>
/// <param name="Repeatable">Whether one learner can be awarded it again while an earlier award stands.</param>
/// <param name="ValidForDays">How long a credential is valid; for ever when null.</param>
/// <param name="Rule">Who gets it by events alone; when null, it is awarded by hand.</param>
/// <param name="Image">A PNG or SVG as <c>data:</c> URL; a drawn one when null.</param>
/// <param name="StatusPurpose">What the bit in the status list says: <c>revocation</c> when null, or <c>suspension</c>.</param>
public sealed record AchievementDefinition(
    string Name,
    string Description,
    string Criteria,
    string AchievementType,
    AchievementCredit? Credit = null,
    string? Level = null,
    IReadOnlyList<Alignment>? Alignments = null,
    IReadOnlyList<string>? Identifiers = null,
    string? Language = null,
    bool Repeatable = false,
    int? ValidForDays = null,
    AwardRule? Rule = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Image = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? StatusPurpose = null)
{
    /// <summary>What it is aligned with as a competency; null when with none.</summary>
    public IReadOnlyList<string>? Competencies() => Stated((Alignments ?? []).Where(alignment => alignment.IsCompetency).Select(alignment => alignment.TargetUrl));

    /// <summary>Codes of its fields; null when nobody said.</summary>
    public IReadOnlyList<string>? Areas() => Stated((Alignments ?? []).Where(alignment => alignment.IsField).Select(alignment => alignment.TargetCode!));

    private static IReadOnlyList<string>? Stated(IEnumerable<string> values) => values.Distinct().ToList() is { Count: > 0 } stated ? stated : null;
}

/// <param name="Unit">A concept: <c>creditUnit:SemesterHour</c>, <c>ECTS</c>, or an IRI. Unknown when null; nobody guesses it.</param>
public sealed record AchievementCredit(decimal Amount, string? Unit);

/// <summary>Open Badges 3.0 <c>Alignment</c>.</summary>
public sealed record Alignment(
    string TargetName, string TargetUrl, string? TargetCode = null, string? TargetFramework = null, string? TargetType = null,
    string? TargetDescription = null)
{
    internal bool IsCompetency => TargetType is "CFItem" or "ceasn:Competency";

    /// <summary>ISCED-F has no target type of its own in Open Badges; its name stands in the framework.</summary>
    internal bool IsField => TargetCode is not null && (TargetFramework?.Contains("ISCED", StringComparison.OrdinalIgnoreCase) == true || TargetType == "ext:ISCED-F");
}

/// <summary>Open Badges 3.0, <c>AchievementType</c>: closed, extended by <c>ext:</c>.</summary>
public static class AchievementTypes
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment", "AssociateDegree", "Award", "Badge",
        "BachelorDegree", "Certificate", "CertificateOfCompletion", "Certification", "CommunityService", "Competency",
        "Course", "CoCurricular", "Degree", "Diploma", "DoctoralDegree", "Fieldwork", "GeneralEducationDevelopment",
        "JourneymanCertificate", "LearningProgram", "License", "Membership", "ProfessionalDoctorate",
        "QualityAssuranceCredential", "MasterCertificate", "MasterDegree", "MicroCredential", "ResearchDoctorate",
        "SecondarySchoolDiploma",
    };

    public static bool IsKnown(string type) => Known.Contains(type) || IsExtension(type);

    internal static bool IsExtension(string type) => type.Length > 4 && type.StartsWith("ext:", StringComparison.Ordinal);
}

/// <summary>Open Badges 3.0, <c>AlignmentTargetType</c>: closed, extended by <c>ext:</c>.</summary>
public static class AlignmentTargetTypes
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CFRubricCriterion", "CFRubricCriterionLevel", "CTDL",
    };

    public static bool IsKnown(string type) => Known.Contains(type) || AchievementTypes.IsExtension(type);
}
