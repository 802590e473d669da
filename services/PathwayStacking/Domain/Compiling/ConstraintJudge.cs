using System.Globalization;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>
/// Judges the constraints of a condition on one piece of evidence: grade, level, credit, unit, issuer, and what the evidence states
/// as a fact. What the evidence does not tell is unknown.
/// </summary>
internal static class ConstraintJudge
{
    public static Verdict Judge(IReadOnlyList<Constraint> constraints, LogicalOperator? combination, Evidence evidence)
    {
        if (constraints.Count == 0)
            return Verdict.Satisfied;
        var verdicts = constraints.Select(constraint => Judge(constraint, evidence));
        return combination is LogicalOperator.Or or LogicalOperator.OnlyOne ? verdicts.Max() : verdicts.Min();
    }

    /// <summary>A sum over all evidence (CTDL <c>array:Sum</c> of credit), as Heriot-Watt's "90 credits at level 10".</summary>
    public static bool IsCreditSum(Constraint constraint, out decimal minimum)
    {
        minimum = 0;
        return constraint.LeftAction == "Sum"
            && constraint.Comparator is "GTEQ" or "EQ"
            && constraint.LeftSource is [var source] && CtdlTerms.LocalName(source) is "value" or "creditValue"
            && constraint.RightSource is [var right] && decimal.TryParse(right, NumberStyles.Float, CultureInfo.InvariantCulture, out minimum)
            && minimum is >= 0 and <= 1_000_000 && decimal.Round(minimum, 6) == minimum;
    }

    public static string Describe(Constraint constraint)
    {
        if ((constraint.Name ?? constraint.Description) is { } told)
            return told;
        var comparator = constraint.Comparator switch
        {
            "EQ" => "is",
            "NEQ" => "is not",
            "GT" => "is more than",
            "LT" => "is less than",
            "GTEQ" => "is at least",
            "LTEQ" => "is at most",
            _ => constraint.Comparator,
        };
        var left = string.Join(", ", constraint.LeftSource.Select(CtdlTerms.LocalName));
        var right = string.Join(constraint.RightAction == "AllOf" ? " and " : " or ", constraint.RightSource.Select(CtdlTerms.LocalName));
        return $"{(constraint.LeftAction is null ? "" : constraint.LeftAction.ToLowerInvariant() + " of ")}{left} {comparator} {right}";
    }

    /// <summary>Whether no single value meets both: two values at once, or more than the most.</summary>
    public static bool Contradict(Constraint left, Constraint right)
    {
        if (left is not { LeftSource: [var source], LeftAction: null, RightSource: [var first] } || right is not { LeftSource: [var other], LeftAction: null, RightSource: [var second] } || source != other)
            return false;
        return (left.Comparator, right.Comparator) switch
        {
            ("EQ", "EQ") => !Same(first, second),
            ("EQ", _) => Compare(first, right.Comparator, second) == Verdict.NotSatisfied,
            (_, "EQ") => Compare(second, left.Comparator, first) == Verdict.NotSatisfied,
            ("GT" or "GTEQ", "LT" or "LTEQ") => IsEmpty(first, second, left.Comparator == "GTEQ" && right.Comparator == "LTEQ"),
            ("LT" or "LTEQ", "GT" or "GTEQ") => IsEmpty(second, first, left.Comparator == "LTEQ" && right.Comparator == "GTEQ"),
            _ => false,
        };

        static bool IsEmpty(string least, string most, bool isInclusive) => Compare(most, isInclusive ? "GTEQ" : "GT", least) == Verdict.NotSatisfied;
    }

    private static Verdict Judge(Constraint constraint, Evidence evidence)
    {
        if (constraint.LeftSource is not [var source] || constraint.LeftAction is not (null or "AnyOf" or "OneOf"))
            return Verdict.Unknown;
        if (Stated(CtdlTerms.LocalName(source), evidence) is not { } stated || constraint.RightSource.Count == 0)
            return Verdict.Unknown;
        var comparisons = constraint.RightSource.Select(right => Compare(stated, constraint.Comparator, right)).ToList();
        // "Not equal to any of" means none of them.
        return constraint.RightAction == "AllOf" || constraint.Comparator == "NEQ" ? comparisons.Min() : comparisons.Max();
    }

    private static string? Stated(string source, Evidence evidence)
    {
        if (evidence.Facts?.GetValueOrDefault(source) is { } fact)
            return fact;
        return source switch
        {
            "creditLevelType" or "audienceLevelType" => evidence.Level,
            "creditUnitType" => evidence.CreditUnit,
            "creditValue" or "value" => evidence.Credits?.ToString(CultureInfo.InvariantCulture),
            "ownedBy" or "offeredBy" or "issuer" => evidence.Issuer,
            _ when source.Contains("grade", StringComparison.OrdinalIgnoreCase) => evidence.Grade,
            _ => null,
        };
    }

    private static Verdict Compare(string stated, string comparator, string right)
    {
        if (comparator is "EQ" or "NEQ")
            return Same(stated, right) == (comparator == "EQ") ? Verdict.Satisfied : Verdict.NotSatisfied;
        if (!TryRank(stated, out var left) || !TryRank(right, out var limit))
            return Verdict.Unknown;
        var holds = comparator switch
        {
            "GT" => left > limit,
            "GTEQ" => left >= limit,
            "LT" => left < limit,
            "LTEQ" => left <= limit,
            _ => (bool?)null,
        };
        return holds switch
        {
            true => Verdict.Satisfied,
            false => Verdict.NotSatisfied,
            null => Verdict.Unknown,
        };
    }

    /// <summary><c>A</c>, <c>ex:GradeA</c> and <c>https://…/grades/A</c> are one grade; <c>15</c> and <c>15.0</c> are one number.</summary>
    private static bool Same(string left, string right)
        => left == right || Bare(left).Equals(Bare(right), StringComparison.OrdinalIgnoreCase)
            || (TryNumber(left, out var first) && TryNumber(right, out var second) && first == second);

    private static string Bare(string value)
    {
        var name = CtdlTerms.LocalName(value).TrimEnd('/').Trim();
        return name.StartsWith("Grade", StringComparison.OrdinalIgnoreCase) && name.Length > 5 ? name[5..].Trim(' ', '-', '_') : name;
    }

    /// <summary>Whether a grade is at least another; unknown when one of them is missing or they are on different scales.</summary>
    public static Verdict IsAtLeast(string? grade, string least) => grade is null ? Verdict.Unknown : Compare(grade, "GTEQ", least);

    /// <summary>Grade points; null when the grade has none.</summary>
    public static decimal? Points(string? grade) => grade is not null && TryRank(grade, out var rank) ? rank : null;

    /// <summary>Numbers as they are; single letter grades with A the best, as in the scales CTDL's examples use.</summary>
    private static bool TryRank(string value, out decimal rank)
    {
        if (TryNumber(value, out rank))
            return true;
        var bare = Bare(value).ToUpperInvariant();
        if (bare is not [>= 'A' and <= 'F', ..] || bare.Length > 2 || (bare.Length == 2 && bare[1] is not ('+' or '-')))
            return false;
        rank = ('F' - bare[0]) + (bare.Length < 2 ? 0 : bare[1] == '+' ? 0.3m : -0.3m);
        return true;
    }

    private static bool TryNumber(string value, out decimal number)
        => decimal.TryParse(Bare(value), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
