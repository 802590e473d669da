namespace Pathways.LinkedData.JsonLd;

internal static class Problem
{
    /// <summary>An error of the JSON-LD specification, by its code.</summary>
    public static LinkedDataException Error(string code, string? about = null)
        => new(code, about is null ? $"JSON-LD: {code}." : $"JSON-LD: {code}: {Shorten(about)}.");

    /// <summary>Something JSON-LD would have dropped without a word.</summary>
    public static LinkedDataException Unsafe(string what, string? about)
        => new("safe mode", $"JSON-LD would silently drop part of the document: {what}{(about is null ? "" : $" \"{Shorten(about)}\"")}.");

    private static string Shorten(string text) => text.Length <= 200 ? text : text[..200] + "…";
}
