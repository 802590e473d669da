using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>Short names for ids: a name without a colon stands for the base with the name behind it.</summary>
internal sealed record Names(string Base)
{
    /// <summary>What short names begin with when the document does not say.</summary>
    public static string DefaultBase(string pathwayId) => pathwayId[..(pathwayId.LastIndexOfAny(['/', '#', ':']) + 1)];

    /// <summary>The base that makes ids short, and keeps those that look short already as they are.</summary>
    public static Names For(Pathway pathway, PathwaySettings settings)
    {
        var ids = IdsIn(pathway, settings).ToList();
        var usual = DefaultBase(pathway.Id);
        if (ids.Exists(id => !id.Contains(':')))
            return new("");
        var common = ids.Count == 0 ? usual : DefaultBase(CommonStart([.. pathway.Components.Select(component => component.Id)]) + "x");
        return new(common.Length > usual.Length ? common : usual);
    }

    public string Short(string id) => Base.Length > 0 && id.Length > Base.Length && id.StartsWith(Base, StringComparison.Ordinal) && !id[Base.Length..].Contains(':') ? id[Base.Length..] : id;

    public string Full(string name) => name.Contains(':') ? name : Base + name;

    private static IEnumerable<string> IdsIn(Pathway pathway, PathwaySettings settings)
        => pathway.Destinations
            .Concat(pathway.Components.SelectMany(component => (IEnumerable<string>)[component.Id, .. PathwayGraph.RequiredBy(component), .. component.Children, .. component.Precedes, .. component.PrecededBy]))
            .Concat(settings.Awards.Select(award => award.ComponentId)).Concat(settings.MetBy.Select(rule => rule.ComponentId))
            .Concat((settings.Rules ?? []).SelectMany(rule => rule.Of ?? []));

    private static string CommonStart(IReadOnlyList<string> ids)
    {
        var common = ids.Count == 0 ? "" : ids[0];
        foreach (var id in ids)
        {
            var length = 0;
            while (length < Math.Min(common.Length, id.Length) && common[length] == id[length])
                length++;
            common = common[..length];
        }

        return common;
    }
}
