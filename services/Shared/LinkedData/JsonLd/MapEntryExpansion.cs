using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Expansion of the entries of one map (JSON-LD 1.1 API, 5.1.2, steps 13 and 14).</summary>
internal sealed class MapEntryExpansion(ContextProcessor processor)
{
    private readonly ContainerExpansion containers = new(processor);
    private readonly KeywordExpansion keywords = new(processor);

    private bool Safe => processor.Options.Safe;

    public void Expand(Expansion expansion, Place place, JsonElement element, LdMap result)
    {
        List<JsonProperty>? nests = null;
        foreach (var member in element.EnumerateObject())
        {
            var key = member.Name;
            if (key == "@context") // 13.1
                continue;
            var property = IriExpansion.Expand(place.Active, key, vocab: true); // 13.2
            if (property is null || !(property.Contains(':') || Keyword.Is(property))) // 13.3
            {
                if (Safe)
                    throw Problem.Unsafe("unknown term", key);
                continue;
            }
            if (Keyword.Is(property)) // 13.4
            {
                if (property == "@nest")
                    (nests ??= []).Add(member);
                else
                    keywords.Expand(expansion, place, property, member.Value, result);
                continue;
            }
            if (Safe && !ValueExpansion.IsReference(property))
                throw Problem.Unsafe("relative property", key);
            ExpandProperty(expansion, place, key, property, member.Value, result);
        }
        if (nests is null)
            return;
        nests.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        foreach (var nest in nests) // 14
            ExpandNest(expansion, place, nest, result);
    }

    private void ExpandProperty(Expansion expansion, Place place, string key, string property, JsonElement value, LdMap result)
    {
        var term = place.Active.Find(key); // 13.5
        var expanded = term is not null && term.Type == "@json" // 13.6
            ? new LdMap { ["@value"] = value, ["@type"] = "@json" }
            : term is not null && containers.Handles(term, value) // 13.7, 13.8
                ? containers.Expand(expansion, place, term, key, value)
                : expansion.Expand(place.Active, key, value, place.BaseUrl); // 13.9
        if (expanded is null) // 13.10
            return;
        if (term is null)
        {
            result.Add(property, expanded);
            return;
        }
        if (term.Has(Container.List) && !(expanded is LdMap map && map.Has("@list"))) // 13.11
            expanded = new LdMap { ["@list"] = Expansion.AsList(expanded) };
        if (term.Has(Container.Graph) && !term.Has(Container.Id | Container.Index)) // 13.12
            expanded = Expansion.AsList(expanded).ConvertAll(item => (object?)new LdMap { ["@graph"] = Expansion.AsList(item) });

        if (term.IsReverse) // 13.13
            AddReverse(result, property, expanded);
        else
            result.Add(property, expanded); // 13.14
    }

    private static void AddReverse(LdMap result, string property, object expanded)
    {
        if (result["@reverse"] is not LdMap reverse)
            result["@reverse"] = reverse = new LdMap();
        foreach (var item in Expansion.AsList(expanded))
        {
            if (item is LdMap map && (map.Has("@value") || map.Has("@list")))
                throw Problem.Error("invalid reverse property value");
            reverse.Add(property, item);
        }
    }

    private void ExpandNest(Expansion expansion, Place place, JsonProperty nest, LdMap result)
    {
        var active = place.Active;
        if (active.Find(nest.Name) is { Context: not null } term)
            active = processor.ProcessScoped(active, term, overrideProtected: true, propagate: true);
        foreach (var nested in ((JsonElement?)nest.Value).AsArray())
        {
            if (nested.ValueKind != JsonValueKind.Object
                || nested.EnumerateObject().Any(member => IriExpansion.Expand(active, member.Name, vocab: true) == "@value"))
            {
                throw Problem.Error("invalid @nest value");
            }
            Expand(expansion, place with { Active = active }, nested, result);
        }
    }
}
