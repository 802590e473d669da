using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Maps by language, index, id and type (JSON-LD 1.1 API, 5.1.2, steps 13.7 and 13.8).</summary>
internal sealed class ContainerExpansion(ContextProcessor processor)
{
    public bool Handles(TermDefinition term, JsonElement value)
        => value.ValueKind == JsonValueKind.Object && term.Has(Container.Language | Container.Index | Container.Type | Container.Id);

    public List<object?> Expand(Expansion expansion, Place place, TermDefinition term, string key, JsonElement value)
    {
        // The order of keys has no meaning, but the same order each time makes the same expansion.
        var members = value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal);
        return term.Has(Container.Language)
            ? ExpandLanguages(place, term, members)
            : ExpandIndexes(expansion, place, term, key, members);
    }

    /// <summary>13.7</summary>
    private static List<object?> ExpandLanguages(Place place, TermDefinition term, IEnumerable<JsonProperty> members)
    {
        var direction = term.Direction.IsSet ? term.Direction.Value : place.Active.Direction;
        var result = new List<object?>();
        foreach (var member in members)
        {
            foreach (var item in ((JsonElement?)member.Value).AsArray())
            {
                if (item.ValueKind == JsonValueKind.Null)
                    continue;
                if (item.ValueKind != JsonValueKind.String)
                    throw Problem.Error("invalid language map value");
                var value = new LdMap { ["@value"] = item.GetString() };
                if (IriExpansion.Expand(place.Active, member.Name, vocab: true) != "@none")
                    value["@language"] = member.Name.ToLowerInvariant();
                if (direction is not null)
                    value["@direction"] = direction;
                result.Add(value);
            }
        }
        return result;
    }

    /// <summary>13.8</summary>
    private List<object?> ExpandIndexes(Expansion expansion, Place place, TermDefinition term, string key, IEnumerable<JsonProperty> members)
    {
        var result = new List<object?>();
        foreach (var member in members)
        {
            var context = term.Has(Container.Id | Container.Type) ? place.Active.Previous ?? place.Active : place.Active;
            if (term.Has(Container.Type) && context.Find(member.Name) is { Context: not null } typed)
                context = processor.ProcessScoped(context, typed, overrideProtected: false, propagate: false);
            else if (!term.Has(Container.Id | Container.Type))
                context = place.Active;
            var expandedIndex = IriExpansion.Expand(place.Active, member.Name, vocab: true);
            var items = Expansion.AsList(ExpandItems(expansion, context, key, member.Value, place.BaseUrl));
            foreach (var item in items)
                result.Add(WithIndex(place, term, member.Name, expandedIndex, item));
        }
        return result;
    }

    /// <summary>The value counts as an array, so that null in it vanishes and lists in it are kept.</summary>
    private static object? ExpandItems(Expansion expansion, ActiveContext context, string key, JsonElement value, string? baseUrl)
        => expansion.Expand(context, key, value, baseUrl, fromMap: true);

    private LdMap WithIndex(Place place, TermDefinition term, string index, string? expandedIndex, object? item)
    {
        var map = (LdMap)item!;
        if (term.Has(Container.Graph) && !map.Has("@graph"))
            map = new LdMap { ["@graph"] = new List<object?> { map } };
        if (expandedIndex == "@none")
            return map;
        if (term.Has(Container.Index) && term.Index is not null)
            AddIndexProperty(place, term.Index, index, map);
        else if (term.Has(Container.Index) && !map.Has("@index"))
            map["@index"] = index;
        else if (term.Has(Container.Id) && !map.Has("@id"))
            map["@id"] = IriExpansion.Expand(place.Active, index, documentRelative: true);
        else if (term.Has(Container.Type))
        {
            var types = map.ListAt("@type");
            types.Insert(0, expandedIndex);
        }
        return map;
    }

    private void AddIndexProperty(Place place, string indexKey, string index, LdMap map)
    {
        using var text = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(index));
        var value = ValueExpansion.Expand(place.Active, indexKey, text.RootElement, processor.Options.Safe);
        var property = IriExpansion.Expand(place.Active, indexKey, vocab: true)!;
        map.ListAt(property).Insert(0, value);
        if (map.Has("@value") && map.Count > 1)
            throw Problem.Error("invalid value object");
    }
}
