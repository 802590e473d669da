using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Expansion of entries whose key is a keyword (JSON-LD 1.1 API, 5.1.2, step 13.4).</summary>
internal sealed class KeywordExpansion(ContextProcessor processor)
{
    private bool Safe => processor.Options.Safe;

    public void Expand(Expansion expansion, Place place, string keyword, JsonElement value, LdMap result)
    {
        if (place.ActiveProperty == "@reverse") // 13.4.1
            throw Problem.Error("invalid reverse property map", keyword);
        if (result.Has(keyword) && keyword is not ("@included" or "@type")) // 13.4.2
            throw Problem.Error("colliding keywords", keyword);
        switch (keyword)
        {
            case "@id":
                result["@id"] = ExpandId(place, value);
                break;
            case "@type":
                ExpandTypes(place, value, result);
                break;
            case "@graph":
                result["@graph"] = Expansion.AsList(expansion.Expand(place.Active, "@graph", value, place.BaseUrl));
                break;
            case "@included":
                ExpandIncluded(expansion, place, value, result);
                break;
            case "@value":
                result["@value"] = ReadValue(place, value);
                break;
            case "@language":
                result["@language"] = Text(value, "invalid language-tagged string").ToLowerInvariant();
                break;
            case "@direction":
                result["@direction"] = Text(value, "invalid base direction") is "ltr" or "rtl"
                    ? value.GetString()
                    : throw Problem.Error("invalid base direction");
                break;
            case "@index":
                result["@index"] = Text(value, "invalid @index value");
                break;
            case "@list" when place.ActiveProperty is null or "@graph":
                if (Safe)
                    throw Problem.Unsafe("a list that belongs to nothing", null);
                break;
            case "@list":
                result["@list"] = Expansion.AsList(expansion.Expand(place.Active, place.ActiveProperty, value, place.BaseUrl));
                break;
            case "@set":
                result["@set"] = Expansion.AsList(expansion.Expand(place.Active, place.ActiveProperty, value, place.BaseUrl));
                break;
            case "@reverse":
                ExpandReverse(expansion, place, value, result);
                break;
            default:
                // Keywords of contexts and frames mean nothing in a node.
                if (Safe)
                    throw Problem.Unsafe("misplaced keyword", keyword);
                break;
        }
    }

    private string? ExpandId(Place place, JsonElement value)
    {
        var text = Text(value, "invalid @id value");
        var id = IriExpansion.Expand(place.Active, text, documentRelative: true);
        return Safe && (id is null || !ValueExpansion.IsReference(id)) ? throw Problem.Unsafe("relative @id", text) : id;
    }

    private void ExpandTypes(Place place, JsonElement value, LdMap result)
    {
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array))
            throw Problem.Error("invalid type value");
        var types = result.Has("@type") ? result.ListAt("@type") : new List<object?>(2);
        foreach (var item in ((JsonElement?)value).AsArray())
        {
            var text = Text(item, "invalid type value");
            var type = IriExpansion.Expand(place.TypeScoped, text, documentRelative: true, vocab: true);
            if (Safe && type is not "@json" && (type is null || !ValueExpansion.IsReference(type)))
                throw Problem.Unsafe("relative @type", text);
            if (type is not null)
                types.Add(type);
        }
        result["@type"] = types;
    }

    private void ExpandIncluded(Expansion expansion, Place place, JsonElement value, LdMap result)
    {
        if (processor.Options.Mode10)
            return;
        // Under the keyword as its property, values and lists are kept to be refused here instead of being dropped before.
        foreach (var item in Expansion.AsList(expansion.Expand(place.Active, "@included", value, place.BaseUrl)))
        {
            if (item is not LdMap map || map.Has("@value") || map.Has("@list") || map.Has("@set"))
                throw Problem.Error("invalid @included value");
            result.Add("@included", item);
        }
        if (value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            throw Problem.Error("invalid @included value");
    }

    private object? ReadValue(Place place, JsonElement value)
    {
        if (place.InputType == "@json")
        {
            return processor.Options.Mode10 ? throw Problem.Error("invalid value object value") : value;
        }
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
            throw Problem.Error("invalid value object value");
        return ValueExpansion.Scalar(value);
    }

    /// <summary>13.4.13</summary>
    private static void ExpandReverse(Expansion expansion, Place place, JsonElement value, LdMap result)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Problem.Error("invalid @reverse value");
        if (expansion.Expand(place.Active, "@reverse", value, place.BaseUrl) is not LdMap expanded)
            return;
        foreach (var (property, values) in expanded.Members)
        {
            if (property == "@reverse")
            {
                foreach (var (twice, items) in ((LdMap)values!).Members)
                    result.Add(twice, items);
                continue;
            }
            if (result["@reverse"] is not LdMap reverse)
                result["@reverse"] = reverse = new LdMap();
            foreach (var item in Expansion.AsList(values))
            {
                if (item is LdMap map && (map.Has("@value") || map.Has("@list")))
                    throw Problem.Error("invalid reverse property value");
                reverse.Add(property, item);
            }
        }
    }

    private static string Text(JsonElement value, string code)
        => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Problem.Error(code, value.ValueKind.ToString());
}
