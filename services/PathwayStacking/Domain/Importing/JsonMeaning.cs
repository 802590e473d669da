using System.Globalization;
using System.Text.Json.Nodes;

namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>What a JSON-LD value says, whatever way it is written: as a set of texts that are equal when the values mean the same.</summary>
internal static class JsonMeaning
{
    private static readonly (string Iri, string Prefix)[] Namespaces =
    [
        ("://purl.org/ctdl/terms/", "ceterms:"), ("://purl.org/ctdlasn/terms/", "ceasn:"), ("://purl.org/ASN/schema/core/", "asn:"), ("://schema.org/", "schema:"),
        ("://credreg.net/qdata/terms/", "qdata:"), ("://www.w3.org/2004/02/skos/core#", "skos:"),
    ];

    public static bool Same(IEnumerable<JsonNode?> left, IEnumerable<JsonNode?> right)
        => left.SelectMany(Meanings).ToHashSet().SetEquals(right.SelectMany(Meanings));

    /// <summary><c>https://purl.org/ctdl/terms/name</c> is <c>ceterms:name</c>; <c>https://purl.org/ctdl/vocabs/logic/And</c> is <c>logic:And</c>.</summary>
    public static string Compact(string term)
    {
        var scheme = term.IndexOf("://", StringComparison.Ordinal);
        if (scheme is not (4 or 5) || !term.StartsWith("http", StringComparison.Ordinal))
            return term;
        var rest = term.AsSpan(scheme);
        foreach (var (iri, prefix) in Namespaces)
        {
            if (rest.StartsWith(iri))
                return prefix + rest[iri.Length..].ToString();
        }

        const string vocabularies = "://purl.org/ctdl/vocabs/";
        return rest.StartsWith(vocabularies) && rest[vocabularies.Length..].ToString().Split('/') is [var vocabulary, { Length: > 0 } concept] ? $"{vocabulary}:{concept}" : term;
    }

    private static IEnumerable<string> Meanings(JsonNode? node) => node switch
    {
        null => [],
        JsonArray array => array.SelectMany(Meanings),
        JsonObject @object => OfObject(@object),
        _ => [OfLiteral(node)],
    };

    private static IEnumerable<string> OfObject(JsonObject node)
    {
        if (node.Count == 1 && (node["@id"] ?? node["id"]) is { } id)
            return Meanings(id);
        if (node["@value"] is { } value)
        {
            var about = node.Where(member => member.Key is "@language" or "@type").OrderBy(member => member.Key).Select(member => $"{member.Key[..2]}{member.Value}");
            return [string.Concat(about.Prepend(OfLiteral(value)))];
        }

        if (node.Count > 0 && node.All(member => IsLanguage(member.Key)))
            return node.SelectMany(member => Meanings(member.Value).Select(text => $"{text}@l{member.Key}"));
        var members = node.Select(member => $"{Compact(member.Key)}={string.Join('|', Meanings(member.Value).Order(StringComparer.Ordinal))}");
        return [$"{{{string.Join(';', members.Order(StringComparer.Ordinal))}}}"];
    }

    private static string OfLiteral(JsonNode literal)
    {
        if (literal.GetValueKind() == System.Text.Json.JsonValueKind.String)
            return Compact(literal.GetValue<string>());
        var text = literal.ToJsonString();
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? $"#{(number / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture)}"
            : $"#{text}";
    }

    /// <summary><c>en</c>, <c>en-US</c>: two or three letters, then parts.</summary>
    internal static bool IsLanguage(string key)
    {
        var parts = key.Split('-');
        return parts[0].Length is 2 or 3 && parts.All(part => part.Length is > 0 and <= 8 && part.All(char.IsAsciiLetterOrDigit)) && parts[0].All(char.IsAsciiLetter) && key != "id";
    }
}
