using System.Text.Json;
using Pathways.LinkedData.Rdf;

namespace Pathways.LinkedData.JsonLd;

/// <summary>JSON-LD 1.1: expansion and RDF. A context list is compiled once and then shared by all documents that name it.</summary>
public sealed class JsonLdProcessor
{
    private readonly JsonLdOptions options;
    private readonly ContextProcessor contexts;
    private readonly Expansion expansion;
    private readonly ActiveContext initial;

    private readonly Lazy<JsonLdProcessor> lenient;

    public JsonLdProcessor(JsonLdOptions? options = null)
    {
        this.options = options ?? new JsonLdOptions();
        lenient = new(() => this.options.Safe ? new JsonLdProcessor(this.options with { Safe = false }) : this);
        contexts = new ContextProcessor(this.options);
        expansion = new Expansion(contexts);
        initial = new ActiveContext(this.options.Base);
        if (this.options.ExpandContext is { } context)
            initial = contexts.Process(initial, context.Member("@context") ?? context, this.options.Base);
    }

    /// <summary>Embedded contexts and safe mode: what signing and verifying use.</summary>
    public static JsonLdProcessor Safe { get; } = new();

    /// <summary>Embedded contexts; what they do not define is dropped. For looking at documents, not for signing them.</summary>
    public static JsonLdProcessor Lenient => Safe.ForLooking;

    /// <summary>The same contexts without safe mode.</summary>
    internal JsonLdProcessor ForLooking => lenient.Value;

    public IReadOnlyList<Quad> ToRdf(ReadOnlyMemory<byte> document)
    {
        using var parsed = StrictJson.Parse(document);
        return ToRdf(parsed.RootElement);
    }

    public IReadOnlyList<Quad> ToRdf(JsonElement document) => new RdfSerialization(options).Serialize(ExpandToModel(document));

    /// <summary>The expanded form as JSON. Nothing here needs it; people who look for an error do.</summary>
    public JsonElement Expand(JsonElement document)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
            ExpandedJson.Write(ExpandToModel(document), writer);
        using var json = JsonDocument.Parse(stream.ToArray());
        return json.RootElement.Clone();
    }

    /// <summary>Every type that a node of the document has, expanded.</summary>
    internal IEnumerable<string> TypesOf(JsonElement document)
    {
        var open = new Stack<object?>(ExpandToModel(document));
        while (open.TryPop(out var item))
        {
            switch (item)
            {
                case List<object?> list:
                    list.ForEach(open.Push);
                    break;
                case LdMap map when !map.Has("@value"):
                    foreach (var type in Expansion.AsList(map["@type"]))
                        yield return (string)type!;
                    foreach (var (key, value) in map.Members)
                    {
                        if (key != "@type")
                            open.Push(value);
                    }
                    break;
            }
        }
    }

    private List<object?> ExpandToModel(JsonElement document)
        => expansion.ExpandDocument(initial, document, options.Base);
}
