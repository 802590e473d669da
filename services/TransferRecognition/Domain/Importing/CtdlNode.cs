using System.Text.Json;

namespace Pathways.TransferRecognition.Domain.Importing;

/// <summary>
/// A JSON object of the registry, in either of its spellings: <c>ceterms:transferValue</c> of the published JSON-LD, and
/// <c>TransferValue</c> of the assistant API.
/// </summary>
internal sealed record CtdlNode(JsonElement Element, string Place, CtdlGraph Graph)
{
    public string? Type => Text("@type") ?? Text("type");

    public bool IsA(string type) => Type?.EndsWith(type, StringComparison.Ordinal) ?? false;

    /// <summary>Null when the property is not there.</summary>
    public (JsonElement Value, string Place)? Find(string property)
    {
        if (Element.ValueKind != JsonValueKind.Object) return null;
        foreach (var member in Element.EnumerateObject())
        {
            string local = member.Name[(member.Name.IndexOf(':') + 1)..];
            if (string.Equals(local, property, StringComparison.OrdinalIgnoreCase)) return (member.Value, $"{Place}/{member.Name}");
        }

        return null;
    }

    /// <summary>The nodes a property points to: embedded, or by reference into the graph. One value counts as a list of one.</summary>
    public IEnumerable<CtdlNode> Nodes(string property)
    {
        foreach (var (value, place) in Items(property))
        {
            if (value.ValueKind == JsonValueKind.Object) yield return new CtdlNode(value, place, Graph);
            else if (value.ValueKind == JsonValueKind.String && Graph.Resolve(value.GetString()!) is { } node) yield return node;
        }
    }

    public IEnumerable<(JsonElement Value, string Place)> Items(string property)
    {
        if (Find(property) is not { } found) yield break;
        if (found.Value.ValueKind != JsonValueKind.Array)
        {
            yield return found;
            yield break;
        }

        int index = 0;
        foreach (var item in found.Value.EnumerateArray()) yield return (item, $"{found.Place}/{index++}");
    }

    /// <summary>A text, whatever its language: a string, a language map or a list of either.</summary>
    public string? Text(string property) => Find(property) is { } found ? TextOf(found.Value) : null;

    /// <summary>A concept: its name, or the target of an alignment.</summary>
    public string? Concept(string property) => Items(property).Select(item => item.Value.ValueKind == JsonValueKind.Object
        ? new CtdlNode(item.Value, item.Place, Graph).Text("targetNode")
        : TextOf(item.Value)).FirstOrDefault();

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Object => value.EnumerateObject().Select(member => TextOf(member.Value)).FirstOrDefault(text => text is not null),
        JsonValueKind.Array => value.EnumerateArray().Select(TextOf).FirstOrDefault(text => text is not null),
        _ => null,
    };
}

/// <summary>The nodes of a document, by their id.</summary>
internal sealed class CtdlGraph
{
    private readonly Dictionary<string, CtdlNode> _byId = new(StringComparer.Ordinal);

    public CtdlGraph(JsonElement root)
    {
        Nodes = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("@graph", out var graph) && graph.ValueKind == JsonValueKind.Array
            ? [.. graph.EnumerateArray().Select((node, index) => new CtdlNode(node, $"/@graph/{index}", this))]
            : [new CtdlNode(root, "", this)];
        foreach (var node in Nodes)
        {
            if (node.Text("@id") is { } id) _byId.TryAdd(id, node);
        }
    }

    public IReadOnlyList<CtdlNode> Nodes { get; }

    public CtdlNode? Resolve(string id) => _byId.GetValueOrDefault(id);
}
