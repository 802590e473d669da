using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Value Expansion (JSON-LD 1.1 API, 5.3.2), and the rules for value objects (5.1.2 step 15).</summary>
internal static class ValueExpansion
{
    public static LdMap Expand(ActiveContext active, string activeProperty, JsonElement value, bool safe)
    {
        var term = active.Find(activeProperty);
        if (term?.Type is "@id" or "@vocab" && value.ValueKind == JsonValueKind.String)
        {
            var id = IriExpansion.Expand(active, value.GetString(), documentRelative: true, vocab: term.Type == "@vocab");
            if (safe && (id is null || !IsReference(id)))
                throw Problem.Unsafe("relative reference", value.GetString());
            return new LdMap { ["@id"] = id };
        }

        var result = new LdMap { ["@value"] = Scalar(value) };
        if (term?.Type is { } type and not ("@id" or "@vocab" or "@none"))
            result["@type"] = type;
        else if (value.ValueKind == JsonValueKind.String)
        {
            var language = term is { Language.IsSet: true } ? term.Language.Value : active.Language;
            var direction = term is { Direction.IsSet: true } ? term.Direction.Value : active.Direction;
            if (language is not null)
                result["@language"] = language;
            if (direction is not null)
                result["@direction"] = direction;
        }
        return result;
    }

    public static object? Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => value,
    };

    public static bool IsReference(string id) => Iri.IsAbsolute(id) || Iri.IsBlankNode(id);

    /// <summary>False when the object is to be dropped because its value is null.</summary>
    public static bool IsValidValueObject(LdMap result, object? value)
    {
        foreach (var (key, _) in result.Members)
        {
            if (key is not ("@direction" or "@index" or "@language" or "@type" or "@value"))
                throw Problem.Error("invalid value object", key);
        }
        var hasLanguage = result.Has("@language");
        if (result.TryGet("@type", out var types) && (hasLanguage || result.Has("@direction")))
            throw Problem.Error("invalid value object");
        var type = types is List<object?> list ? list.Count == 1 ? list[0] : list : types;
        if (type is "@json")
        {
            result["@type"] = "@json";
            return true;
        }
        if (value is null or List<object?> { Count: 0 })
            return false;
        if (hasLanguage && value is not string)
            throw Problem.Error("invalid language-tagged value");
        if (types is not null)
        {
            if (type is not string iri || !Iri.IsWellFormed(iri))
                throw Problem.Error("invalid typed value");
            result["@type"] = iri;
        }
        return true;
    }
}
