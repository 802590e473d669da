using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>
/// CTDL's vocabulary (credreg.net/ctdl/terms) as it is found in the wild: prefixed, as full IRIs, bare, or under a misspelt prefix.
/// Terms are recognised by their local name; no two CTDL terms used here share one.
/// </summary>
internal static class CtdlTerms
{
    private static readonly string[] KnownPrefixes = ["ceterms", "ceasn", "asn", "schema", "qdata", "skos", "dct", "dcterms", "rdfs", "ex", "_", "", "https", "http", "pathways"];

    private static readonly string[] CreditUnits =
    [
        "DegreeCredit", "CertificateCredit", "SecondaryDiplomaCredit", "DualCredit", "RequirementCredit", "CompetencyCredit", "TypeBasedCredit",
        "TimeBasedCredit", "SemesterHour", "QuarterHour", "ContactHour", "ClockHour", "CarnegieUnit", "ContinuingEducationUnit", "AcademicYear",
        "SemesterHours", "QuarterHours", "ContactHours", "ClockHours", "UnknownUnit",
    ];

    // Credential classes stand in for CredentialComponent in early examples.
    private static readonly HashSet<string> CredentialClasses =
    [
        "Certification", "Certificate", "Badge", "DigitalBadge", "OpenBadge", "License", "Diploma", "Degree", "AssociateDegree", "BachelorDegree",
        "MasterDegree", "DoctoralDegree", "MicroCredential", "Credential",
    ];

    /// <summary><c>https://purl.org/ctdl/terms/name</c>, <c>ceterms:name</c>, <c>:name</c> and <c>name</c> are all <c>name</c>.</summary>
    public static string LocalName(string term)
    {
        var end = term.LastIndexOfAny(['/', '#', ':']);
        return end < 0 || end == term.Length - 1 ? term : term[(end + 1)..];
    }

    public static bool HasUnknownPrefix(string term) => term.IndexOf(':') is var colon and >= 0 && !KnownPrefixes.Contains(term[..colon]);

    public static bool IsPathway(string type) => type == "Pathway";

    public static (ComponentKind Kind, CompletionRule MetBy)? Component(string type) => type switch
    {
        "BasicComponent" => (ComponentKind.Basic, CompletionRule.Conditions),
        "MultiComponent" => (ComponentKind.Multi, CompletionRule.Conditions),
        "SelectionComponent" => (ComponentKind.Selection, CompletionRule.Conditions),
        "CollectionComponent" => (ComponentKind.Collection, CompletionRule.Conditions),
        "CredentialComponent" => (ComponentKind.Credential, CompletionRule.Conditions),
        "AssessmentComponent" => (ComponentKind.Assessment, CompletionRule.Evidence),
        "CocurricularComponent" => (ComponentKind.Cocurricular, CompletionRule.Evidence),
        "CompetencyComponent" => (ComponentKind.Competency, CompletionRule.Evidence),
        "CourseComponent" => (ComponentKind.Course, CompletionRule.Evidence),
        "ExtracurricularComponent" => (ComponentKind.Extracurricular, CompletionRule.Evidence),
        "JobComponent" => (ComponentKind.Job, CompletionRule.Evidence),
        "WorkExperienceComponent" or "WorkforceComponent" => (ComponentKind.WorkExperience, CompletionRule.Evidence),
        _ => null,
    };

    /// <summary>Classes that are nodes of their own wherever they stand, also inside another node's property.</summary>
    public static bool IsNodeOfItsOwn(string type) => IsPathway(type) || type == "ProgressionLevel" || Component(type) is not null;

    public static bool IsCredentialClass(string type) => CredentialClasses.Contains(type);

    public static LogicalOperator? Operator(string concept) => LocalName(concept).ToUpperInvariant() switch
    {
        "AND" => LogicalOperator.And,
        "OR" => LogicalOperator.Or,
        "ONLYONE" or "XONE" or "XOR" => LogicalOperator.OnlyOne,
        _ => null,
    };

    public static string Comparator(string concept) => LocalName(concept) switch
    {
        "=" or "==" => "EQ",
        "!=" or "<>" => "NEQ",
        ">" => "GT",
        "<" => "LT",
        ">=" => "GTEQ",
        "<=" => "LTEQ",
        var name when name.ToUpperInvariant() is "EQ" or "NEQ" or "GT" or "LT" or "GTEQ" or "LTEQ" => name.ToUpperInvariant(),
        _ => concept,
    };

    /// <summary><c>creditUnit:DegreeCredit</c> from any way to write it; <c>Correction</c> says so when the concept was misspelt.</summary>
    public static (string Unit, bool Corrected) CreditUnit(string concept)
    {
        var isCtdl = concept.StartsWith("creditUnit:", StringComparison.Ordinal) || concept.Contains("/vocabs/creditUnit/", StringComparison.Ordinal);
        if (!isCtdl)
            return (concept, false);
        var name = LocalName(concept);
        if (CreditUnits.Contains(name))
            return ("creditUnit:" + name, false);
        var meant = CreditUnits.FirstOrDefault(unit => IsOneSlipAway(name, unit));
        return meant is null ? (concept, false) : ("creditUnit:" + meant, true);
    }

    public static string Level(string concept)
        => concept.Contains("/vocabs/audLevel/", StringComparison.Ordinal) ? "audLevel:" + LocalName(concept) : concept;

    /// <summary>One letter too many, too few, or wrong.</summary>
    private static bool IsOneSlipAway(string written, string meant)
    {
        if (Math.Abs(written.Length - meant.Length) > 1)
            return false;
        var prefix = 0;
        while (prefix < Math.Min(written.Length, meant.Length) && written[prefix] == meant[prefix])
            prefix++;
        var suffix = 0;
        while (suffix < Math.Min(written.Length, meant.Length) - prefix && written[^(suffix + 1)] == meant[^(suffix + 1)])
            suffix++;
        return Math.Max(written.Length, meant.Length) - prefix - suffix <= 1;
    }
}
