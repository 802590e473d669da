using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pathways.Contracts;

namespace Pathways.Shared.Tests.Contracts;

/// <summary>JSON Schemas of public events, from the records: for readers in other languages.</summary>
internal static class EventSchemas
{
    public const string Base = "https://pathways.example/schemas/";

    // What we write, not what we would accept: a number is never in quotes.
    private static readonly JsonSerializerOptions Written = new(PublicEvents.Json)
    {
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    private static readonly JsonSchemaExporterOptions Export = new() { TreatNullObliviousAsNonNullable = true };

    public static JsonObject Of(Type type)
    {
        var schema = Written.GetJsonSchemaAsNode(type, Export).AsObject();
        OmitNulls(schema);
        var name = PublicEvents.NameOf(type);
        var document = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["$id"] = $"{Base}{name.Type}.json",
            ["title"] = type.Name,
            ["description"] = "More members may be added to this version: readers ignore what they do not know.",
        };
        foreach (var (key, value) in schema.ToList()) document[key] = value?.DeepClone();
        return document;
    }

    /// <summary>The envelope of every event.</summary>
    public static JsonObject CloudEvent() => (JsonObject)JsonNode.Parse($$"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "$id": "{{Base}}cloudevent.json",
          "title": "Public event (CloudEvents 1.0, JSON structured mode)",
          "type": "object",
          "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "sequence", "sequencetype", "previous", "validtime", "correlationid", "data"],
          "properties": {
            "specversion": { "const": "1.0" },
            "id": { "type": "string", "format": "uuid", "description": "Stays the same however often the event is delivered." },
            "source": { "type": "string", "pattern": "^/[^/]+/[^/]+$", "description": "/tenant/service" },
            "type": { "type": "string" },
            "subject": { "type": "string", "description": "The stream." },
            "time": { "type": "string", "format": "date-time", "description": "When it was recorded." },
            "datacontenttype": { "const": "application/json" },
            "sequence": { "type": "string", "pattern": "^[1-9][0-9]*$", "description": "Version in the stream; grows, with holes." },
            "sequencetype": { "const": "Integer" },
            "previous": { "type": "string", "pattern": "^[0-9]+$", "description": "The sequence of the public event before it in the stream; 0: it is the first." },
            "validtime": { "type": "string", "format": "date-time", "description": "When it became true." },
            "correlationid": { "type": "string" },
            "traceparent": { "type": "string", "description": "W3C trace context." },
            "data": { "type": "object" }
          }
        }
        """)!;

    /// <summary>Nulls are left out when we write, so a member that may be null is one that may be missing.</summary>
    private static void OmitNulls(JsonNode? node)
    {
        if (node is not JsonObject schema) return;
        if (schema["type"] is JsonArray types)
        {
            var left = types.Select(type => (string)type!).Where(type => type != "null").ToList();
            schema["type"] = left.Count == 1 ? left[0] : new JsonArray([.. left.Select(type => (JsonNode)type)]);
        }
        if (schema["properties"] is JsonObject properties)
        {
            var required = properties.Where(property => !MayBeNull(property.Value)).Select(property => (JsonNode)property.Key).ToArray();
            schema.Remove("required");
            if (required.Length > 0) schema["required"] = new JsonArray(required);
            foreach (var (_, property) in properties) OmitNulls(property);
        }
        OmitNulls(schema["items"]);
    }

    private static bool MayBeNull(JsonNode? property) => property?["type"] is JsonArray types && types.Any(type => (string?)type == "null");
}
