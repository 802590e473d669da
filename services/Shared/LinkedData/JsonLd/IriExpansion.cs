namespace Pathways.LinkedData.JsonLd;

/// <summary>IRI Expansion (JSON-LD 1.1 API, 5.2.2). The numbers are the specification's steps.</summary>
internal static class IriExpansion
{
    /// <param name="definitions">While a context is being processed: the definitions of terms still to be made.</param>
    public static string? Expand(
        ActiveContext active, string? value, bool documentRelative = false, bool vocab = false, TermDefinitions? definitions = null)
    {
        if (value is null || Keyword.Is(value)) // 1
            return value;
        if (Keyword.HasForm(value)) // 2
            return null;
        definitions?.CreateIfPending(value); // 3
        var definition = active.Find(value);
        if (definition is not null && Keyword.Is(definition.Iri)) // 4
            return definition.Iri;
        if (vocab && definition is not null) // 5
            return definition.Iri;

        var colon = value.IndexOf(':', Math.Min(1, value.Length)); // 6
        if (colon > 0)
        {
            var prefix = value[..colon];
            if (prefix == "_" || value.AsSpan(colon + 1).StartsWith("//")) // 6.2
                return value;
            definitions?.CreateIfPending(prefix); // 6.3
            if (active.Find(prefix) is { Iri: { } mapping, IsPrefix: true }) // 6.4
                return string.Concat(mapping, value.AsSpan(colon + 1));
            if (Iri.IsAbsolute(value)) // 6.5
                return value;
        }
        if (vocab && active.Vocab is not null) // 7
            return active.Vocab + value;
        return documentRelative ? Iri.Resolve(active.Base, value) : value; // 8, 9
    }
}
