using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pathways.PathwayStacking.Domain.Importing;

namespace Pathways.Domain.Tests.PathwayStacking.Documents;

/// <summary>What a JSON-LD document states, as subject, property, value; to compare two documents that are written differently.</summary>
internal sealed partial class Statements
{
    private readonly SortedSet<string> _all = new(StringComparer.Ordinal);

    /// <summary>The documents of a file, read as forgivingly as the import does.</summary>
    public static IReadOnlySet<string> Of(ReadOnlyMemory<byte> file)
    {
        var statements = new Statements();
        foreach (var document in JsonReader.Read(file.Span, maxDepth: 64, maxValues: 1_000_000).Documents)
            statements.Node(document.ToNode(), "document");
        return statements._all;
    }

    [GeneratedRegex("^https?://purl.org/ctdl/vocabs/(?<vocabulary>[A-Za-z]+)/", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Vocabulary { get; }

    [GeneratedRegex("^https?://(purl.org/(ctdl|ctdlasn)/terms|purl.org/ASN/schema/core|schema.org)/|^(ceterms|ceasn|asn|schema):", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Terms { get; }

    private void Node(JsonNode? node, string place)
    {
        if (node is JsonArray array)
        {
            foreach (var (index, item) in array.Index())
                Node(item, $"{place}[{index}]");
            return;
        }

        if (node is not JsonObject members)
            return;
        if (members["@graph"] is { } graph)
        {
            Node(graph, "graph");
            return;
        }

        var subject = (members["@id"] ?? members["id"])?.ToString() ?? place;
        foreach (var (name, value) in members.Where(member => member.Key is not ("@id" or "id" or "@context")))
        {
            var property = Terms.Replace(name, "").TrimStart('@', ':');
            foreach (var (index, item) in (value is JsonArray values ? values : [value?.DeepClone()]).Index())
                Value(subject, property, item, index);
        }
    }

    private void Value(string subject, string property, JsonNode? value, int index)
    {
        switch (value)
        {
            case null:
                break;
            case JsonObject { Count: 1 } reference when (reference["@id"] ?? reference["id"]) is { } id:
                State(subject, property, id);
                break;
            case JsonObject literal when literal["@value"] is { } text:
                State(subject, property, text, literal["@language"]?.ToString());
                break;
            case JsonObject texts when texts.All(member => member.Key.Length is 2 or 5):
                foreach (var (language, text) in texts)
                {
                    foreach (var one in text is JsonArray several ? several : [text?.DeepClone()])
                        State(subject, property, one, language);
                }

                break;
            case JsonObject embedded:
                var own = (embedded["@id"] ?? embedded["id"])?.ToString() ?? $"{subject}/{property}[{index}]";
                _all.Add($"{subject} {property} {own}");
                Node(embedded, own);
                break;
            default:
                State(subject, property, value);
                break;
        }
    }

    private void State(string subject, string property, JsonNode? value, string? language = null)
    {
        // Null states nothing in JSON-LD.
        if (value is null)
            return;
        var text = value.GetValueKind() == System.Text.Json.JsonValueKind.Number ? (value.GetValue<decimal>() / 1.00000000000000m).ToString() : value.ToString();
        text = Terms.Replace(Vocabulary.Replace(text, match => match.Groups["vocabulary"].Value + ":"), "");
        _all.Add($"{subject} {property} {text}{(language is null ? "" : "@" + language)}");
    }
}
