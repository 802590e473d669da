using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Expansion (JSON-LD 1.1 API, 5.1.2). The numbers are the specification's steps.</summary>
internal sealed class Expansion(ContextProcessor processor)
{
    private readonly MapEntryExpansion entries = new(processor);

    private bool Safe => processor.Options.Safe;

    /// <summary>The expanded document: a list of node objects.</summary>
    public List<object?> ExpandDocument(ActiveContext active, JsonElement document, string? baseUrl)
    {
        var expanded = Expand(active, activeProperty: null, document, baseUrl);
        if (expanded is LdMap { Count: 1 } only && only.TryGet("@graph", out var graph))
            expanded = graph;
        return AsList(expanded);
    }

    public object? Expand(ActiveContext active, string? activeProperty, JsonElement element, string? baseUrl, bool fromMap = false)
        => element.ValueKind switch
        {
            JsonValueKind.Null => null, // 1
            JsonValueKind.Array => ExpandArray(active, activeProperty, element, baseUrl, fromMap), // 5
            JsonValueKind.Object => ExpandMap(active, activeProperty, element, baseUrl, fromMap), // 6 – 19
            _ => ExpandScalar(active, activeProperty, element), // 4
        };

    public static List<object?> AsList(object? value) => value switch
    {
        null => [],
        List<object?> list => list,
        _ => [value],
    };

    private object? ExpandScalar(ActiveContext active, string? activeProperty, JsonElement element)
    {
        if (activeProperty is null or "@graph")
            return Safe ? throw Problem.Unsafe("a value that belongs to nothing", element.GetRawText()) : null;
        if (active.Find(activeProperty) is { Context: not null } term)
            active = processor.ProcessScoped(active, term, overrideProtected: true, propagate: true);
        return ValueExpansion.Expand(active, activeProperty, element, Safe);
    }

    private List<object?> ExpandArray(ActiveContext active, string? activeProperty, JsonElement element, string? baseUrl, bool fromMap)
    {
        var result = new List<object?>(element.GetArrayLength());
        var isList = active.Find(activeProperty) is { } term && term.Has(Container.List);
        foreach (var item in element.EnumerateArray())
        {
            var expanded = Expand(active, activeProperty, item, baseUrl, fromMap);
            if (isList && expanded is List<object?> inner)
                result.Add(new LdMap { ["@list"] = inner });
            else if (expanded is List<object?> several)
                result.AddRange(several);
            else if (expanded is not null)
                result.Add(expanded);
        }
        return result;
    }

    private object? ExpandMap(ActiveContext active, string? activeProperty, JsonElement element, string? baseUrl, bool fromMap)
    {
        var propertyTerm = active.Find(activeProperty); // 3
        if (active.Previous is not null && !fromMap && !IsValueOrReference(active, element)) // 7
            active = active.Previous;
        if (propertyTerm?.Context is not null) // 8
            active = processor.ProcessScoped(active, propertyTerm, overrideProtected: true, propagate: true);
        if (element.TryGetProperty("@context", out var local)) // 9
            active = processor.ProcessLocal(active, local, baseUrl);
        var typeScoped = active; // 10
        active = ApplyTypeScopedContexts(active, typeScoped, element, out var inputType); // 11, 12

        var result = new LdMap();
        entries.Expand(this, new Place(active, typeScoped, activeProperty, baseUrl, inputType), element, result); // 13, 14
        return Finish(result, activeProperty, element); // 15 – 19
    }

    /// <summary>7: such objects are not nodes, so a context that does not propagate still holds inside of them.</summary>
    private static bool IsValueOrReference(ActiveContext active, JsonElement element)
    {
        var count = 0;
        var hasId = false;
        foreach (var member in element.EnumerateObject())
        {
            count++;
            var property = IriExpansion.Expand(active, member.Name, vocab: true);
            if (property == "@value")
                return true;
            hasId |= property == "@id";
        }
        return count == 1 && hasId;
    }

    private ActiveContext ApplyTypeScopedContexts(ActiveContext active, ActiveContext typeScoped, JsonElement element, out string? inputType)
    {
        inputType = null;
        List<(string Key, JsonElement Value)>? typeEntries = null;
        foreach (var member in element.EnumerateObject())
        {
            var name = member.Name;
            if (IriExpansion.Expand(typeScoped, name, vocab: true) == "@type")
                (typeEntries ??= []).Add((name, member.Value));
        }
        if (typeEntries is null)
            return active;

        typeEntries.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        foreach (var (_, value) in typeEntries)
        {
            var types = ((JsonElement?)value).AsArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!).ToList();
            if (types.Count > 0)
                inputType ??= IriExpansion.Expand(typeScoped, types[^1], vocab: true);
            types.Sort(string.CompareOrdinal);
            foreach (var type in types)
            {
                if (typeScoped.Find(type) is { Context: not null } term)
                    active = processor.ProcessScoped(active, term, overrideProtected: false, propagate: false);
            }
        }
        return active;
    }

    /// <summary>15 – 19: what the result turns out to be: a value, a node, a set, a list, or nothing.</summary>
    private object? Finish(LdMap result, string? activeProperty, JsonElement element)
    {
        if (result.TryGet("@value", out var value))
        {
            if (!ValueExpansion.IsValidValueObject(result, value))
                return Safe ? throw Problem.Unsafe("a null value", null) : null;
        }
        else if (result.TryGet("@type", out var type) && type is not List<object?>)
            result["@type"] = AsList(type);
        else if (result.Has("@set") || result.Has("@list"))
        {
            if (result.Count > (result.Has("@index") ? 2 : 1))
                throw Problem.Error("invalid set or list object");
            if (result.TryGet("@set", out var set))
                return FinishTop(set, activeProperty, element);
        }
        if (result.Count == 1 && result.Has("@language"))
            return Safe ? throw Problem.Unsafe("an object with only @language", null) : null;
        return FinishTop(result, activeProperty, element);
    }

    private object? FinishTop(object? result, string? activeProperty, JsonElement element)
    {
        if (activeProperty is not (null or "@graph") || result is not LdMap map)
            return result;
        var isNothing = map.Count == 0 || map.Has("@value") || map.Has("@list") || (map.Count == 1 && map.Has("@id"));
        if (!isNothing)
            return map;
        return Safe ? throw Problem.Unsafe("an object that says nothing", element.GetRawText()) : null;
    }
}

/// <summary>Where expansion is: what terms mean here, which property led here, and the type that decides how @value is read.</summary>
internal sealed record Place(ActiveContext Active, ActiveContext TypeScoped, string? ActiveProperty, string? BaseUrl, string? InputType);
