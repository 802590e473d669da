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

    public JsonLdProcessor(JsonLdOptions? options = null)
    {
        this.options = options ?? new JsonLdOptions();
        contexts = new ContextProcessor(this.options);
        expansion = new Expansion(contexts);
        initial = new ActiveContext(this.options.Base);
        if (this.options.ExpandContext is { } context)
            initial = contexts.Process(initial, context.Member("@context") ?? context, this.options.Base);
    }

    /// <summary>Embedded contexts and safe mode: what signing and verifying use.</summary>
    public static JsonLdProcessor Safe { get; } = new();

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

    private List<object?> ExpandToModel(JsonElement document)
        => expansion.ExpandDocument(initial, document, options.Base);
}
