using System.Buffers;

namespace Pathways.LinkedData.JsonLd;

/// <summary>The keywords of JSON-LD 1.1 (1.7), without those of framing.</summary>
internal static class Keyword
{
    private static readonly SearchValues<char> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly HashSet<string> All = new(
        [
            "@base", "@container", "@context", "@default", "@direction", "@graph", "@id", "@import", "@included", "@index", "@json",
            "@language", "@list", "@nest", "@none", "@prefix", "@preserve", "@propagate", "@protected", "@requireAll", "@reverse",
            "@set", "@type", "@value", "@version", "@vocab",
        ], StringComparer.Ordinal);

    public static bool Is(string? value) => value is { Length: > 1 } && value[0] == '@' && All.Contains(value);

    /// <summary>Reserved for keywords to come: @ and letters only.</summary>
    public static bool HasForm(string? value) => value is { Length: > 1 } && value[0] == '@' && !value.AsSpan(1).ContainsAnyExcept(Letters);
}
