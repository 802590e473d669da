using System.Globalization;
using System.Text.RegularExpressions;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>An amount of credit on one line: <c>3</c>, <c>3 creditUnit:SemesterHour</c>, <c>15 SCQF @ SCQF-10</c>.</summary>
internal static partial class CreditText
{
    public static CreditValue? Read(string text)
        => Form.Match(text) is { Success: true } match && decimal.TryParse(match.Groups["value"].Value, CultureInfo.InvariantCulture, out var value)
            ? new(value, null, null, Group(match, "unit"), Group(match, "level"))
            : null;

    /// <summary>Null when a line can't say it.</summary>
    public static string? Write(CreditValue credit)
    {
        if (credit is not { Value: { } value, Minimum: null, Maximum: null })
            return null;
        var text = value.ToString(CultureInfo.InvariantCulture) + (credit.Unit is { } unit ? $" {unit}" : "") + (credit.Level is { } level ? $" @ {level}" : "");
        return Read(text) == credit ? text : null;
    }

    [GeneratedRegex(@"^(?<value>-?\d+(\.\d+)?)( (?<unit>[^\s@]\S*))?( @ (?<level>\S+))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form { get; }

    private static string? Group(Match match, string name) => match.Groups[name].Success ? match.Groups[name].Value : null;
}
