using System.Text.RegularExpressions;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>A constraint on one line: <c>grade >= D</c>, <c>Sum(schema:value) >= 90</c>, <c>creditLevelType = AnyOf(SCQF-9, SCQF-10)</c>.</summary>
internal static partial class ConstraintText
{
    private static readonly (string Sign, string Comparator)[] Signs = [(">=", "GTEQ"), ("<=", "LTEQ"), ("!=", "NEQ"), ("=", "EQ"), (">", "GT"), ("<", "LT")];

    public static Constraint? Read(string text)
    {
        if (Form.Match(text) is not { Success: true } match)
            return null;
        var comparator = Signs.First(sign => sign.Sign == match.Groups["sign"].Value).Comparator;
        return new(null, null, null, Items("left"), Action("leftAction"), comparator, Items("right"), Action("rightAction"));

        IReadOnlyList<string> Items(string group) => match.Groups[group].Value.Split(", ");

        string? Action(string group) => match.Groups[group].Success ? match.Groups[group].Value : null;
    }

    /// <summary>Null when a line can't say it.</summary>
    public static string? Write(Constraint constraint)
    {
        if (Signs.FirstOrDefault(sign => sign.Comparator == constraint.Comparator).Sign is not { } sign)
            return null;
        var text = $"{Side(constraint.LeftAction, constraint.LeftSource)} {sign} {Side(constraint.RightAction, constraint.RightSource)}";
        return Read(text) is { } read && IsSame(read, constraint) ? text : null;
    }

    [GeneratedRegex(
        @"^((?<leftAction>\w+)\()?(?<left>[^\s(),]+(, [^\s(),]+)*)\)? (?<sign>>=|<=|!=|=|>|<) ((?<rightAction>\w+)\()?(?<right>[^\s(),]+(, [^\s(),]+)*)\)?$",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form { get; }

    private static string Side(string? action, IReadOnlyList<string> sources)
        => action is null ? string.Join(", ", sources) : $"{action}({string.Join(", ", sources)})";

    private static bool IsSame(Constraint left, Constraint right)
        => left.LeftSource.SequenceEqual(right.LeftSource) && left.RightSource.SequenceEqual(right.RightSource)
            && left.LeftAction == right.LeftAction && left.RightAction == right.RightAction;
}
