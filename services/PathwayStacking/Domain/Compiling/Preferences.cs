using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>Which evidence is used first where several would do: as the pathway's owner prefers, then by id.</summary>
internal static class Preferences
{
    public static IEnumerable<Evidence> Order(IEnumerable<Evidence> evidence, IReadOnlyList<PathwayRule>? rules)
    {
        var preference = rules?.FirstOrDefault(rule => rule.Kind == RuleKind.Preference);
        var ordered = evidence.OrderBy(_ => 0);
        foreach (var item in preference?.Items ?? [])
        {
            ordered = item switch
            {
                PathwayRules.Newest => ordered.ThenByDescending(held => held.AwardedAt),
                PathwayRules.Oldest => ordered.ThenBy(held => held.AwardedAt),
                PathwayRules.HighestGrade => ordered.ThenByDescending(held => ConstraintJudge.Points(held.Grade) ?? decimal.MinValue),
                PathwayRules.MostCredits => ordered.ThenByDescending(held => held.Credits ?? 0),
                PathwayRules.OwnInstitution => ordered.ThenByDescending(held => held.Issuer is not null && preference!.Issuers?.Contains(held.Issuer) == true),
                _ => ordered,
            };
        }

        return ordered.ThenBy(held => held.Id, StringComparer.Ordinal);
    }
}
