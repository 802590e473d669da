using System.Globalization;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>Parts of a pathway in plain words.</summary>
/// <param name="names">Of components, by id.</param>
internal sealed class Words(IReadOnlyDictionary<string, string> names)
{
    public static Words For(Pathway pathway) => new(pathway.Components.DistinctBy(component => component.Id).ToDictionary(component => component.Id, component => component.Name));

    public string Of(string componentId) => names.GetValueOrDefault(componentId, componentId);

    public string Of(IEnumerable<string> componentIds) => string.Join(", ", componentIds.Select(Of));

    public string Of(Condition condition)
    {
        var parts = condition.Targets.Select(Of).Concat(condition.Conditions.Select(nested => $"({Of(nested)})")).ToList();
        if (condition.Elided > 0)
            parts.Add($"{condition.Elided} that are not named");
        var how = condition switch
        {
            { RequiredNumber: { } number } => $"{number} of ",
            { Operator: LogicalOperator.Or or LogicalOperator.OnlyOne } => "one of ",
            _ => parts.Count > 1 ? "all of " : "",
        };
        var limits = condition.Constraints.Count == 0 ? "" : $" where {string.Join("; ", condition.Constraints.Select(ConstraintJudge.Describe))}";
        return $"{how}{string.Join(", ", parts)}{limits}".Trim();
    }

    public static string Of(CreditValue credit)
    {
        var amount = credit.Value ?? credit.Minimum;
        var range = credit.Value is null && credit.Maximum is { } most ? $" to {Number(most)}" : "";
        return $"{(amount is { } value ? Number(value) : "?")}{range} {(credit.Unit is { } unit ? CtdlTerms.LocalName(unit) : "of unknown unit")}{(credit.Level is { } level ? $" at {CtdlTerms.LocalName(level)}" : "")}";
    }

    private static string Number(decimal value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
