namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>The kinds of rules: their names in documents, and which members each has.</summary>
public static class PathwayRules
{
    public const string Newest = "newest";
    public const string Oldest = "oldest";
    public const string HighestGrade = "highest-grade";
    public const string MostCredits = "most-credits";
    public const string OwnInstitution = "own-institution";

    public static IReadOnlyList<string> Preferences { get; } = [Newest, Oldest, HighestGrade, MostCredits, OwnInstitution];

    /// <summary>Name, what it needs and what it may have besides, by kind.</summary>
    public static IReadOnlyDictionary<RuleKind, RuleForm> Forms { get; } = new Dictionary<RuleKind, RuleForm>
    {
        [RuleKind.CreditMinimum] = new("credit-minimum", ["of", "credits", "unit"], ["name", "level", "area", "issuers"]),
        [RuleKind.Residency] = new("residency", ["of", "credits", "unit", "issuers"], ["name", "level"]),
        [RuleKind.UseLimit] = new("use-limit", ["of", "count"], ["name"]),
        [RuleKind.SharingCap] = new("sharing-cap", ["of"], ["name", "count", "credits", "unit"]),
        [RuleKind.Recency] = new("recency", ["of", "months"], ["name"]),
        [RuleKind.GradeMinimum] = new("grade-minimum", ["of", "grade"], ["name"]),
        [RuleKind.GradeAverage] = new("grade-average", ["of", "average"], ["name"]),
        [RuleKind.Prerequisite] = new("prerequisite", ["of", "items"], ["name"]),
        [RuleKind.Substitution] = new("substitution", ["items"], ["name"]),
        [RuleKind.Preference] = new("preference", ["items"], ["name", "issuers"]),
    };

    public static RuleKind? KindOf(string name) => Forms.Where(form => form.Value.Name == name).Select(form => (RuleKind?)form.Key).FirstOrDefault();

    /// <summary>The members that a rule has, by their names in documents.</summary>
    public static IEnumerable<string> MembersOf(PathwayRule rule)
    {
        (string Name, object? Value)[] members =
        [
            ("name", rule.Name), ("of", rule.Of), ("credits", rule.Credits), ("unit", rule.Unit), ("count", rule.Count), ("level", rule.Level), ("area", rule.Area),
            ("issuers", rule.Issuers), ("grade", rule.Grade), ("average", rule.Average), ("months", rule.Months), ("items", rule.Items),
        ];
        return members.Where(member => member.Value is not null).Select(member => member.Name);
    }
}

/// <param name="Name">In documents: <c>credit-minimum</c>; in CTDL the class <c>pathways:CreditMinimum</c>.</param>
public sealed record RuleForm(string Name, IReadOnlyList<string> Needs, IReadOnlyList<string> May);
