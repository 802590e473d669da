using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>What the record store itself says of a statement (xAPI 2.0, section 4.2.4.2).</summary>
/// <param name="Timestamp">Set where the statement brings none.</param>
/// <param name="Authority">An agent or group; it replaces what the statement claims.</param>
public sealed record Stamp(Guid Id, DateTimeOffset Stored, DateTimeOffset Timestamp, JsonElement Authority, XapiVersion Version);

/// <summary>
/// The statement as it will be returned for ever: every value in the text it came in, except that the store's own
/// properties are set, a timestamp is in UTC, and context activities are arrays (1.0.3, Data 2.4.6.2).
/// </summary>
public static class StatementWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        SkipValidation = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(IBufferWriter<byte> output, JsonElement statement, Stamp stamp)
    {
        using var json = new Utf8JsonWriter(output, Options);
        json.WriteStartObject();
        json.WriteString("id", stamp.Id);
        foreach (var member in statement.EnumerateObject())
        {
            switch (member.Name)
            {
                case "id" or "stored" or "authority" or "version" or "timestamp":
                    break;
                case "context":
                    Context(json, member.Value);
                    break;
                case "object" when ActorRules.TypeOf(member.Value) == "SubStatement":
                    SubStatement(json, member.Value);
                    break;
                default:
                    Raw(json, member.Name, member.Value);
                    break;
            }
        }
        Timestamp(json, statement, stamp);
        json.WriteString("stored", XapiTimestamp.Format(stamp.Stored));
        json.WritePropertyName("authority");
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(stamp.Authority), skipInputValidation: true);
        if (statement.TryGetProperty("version", out var version)) Raw(json, "version", version);
        else json.WriteString("version", stamp.Version.StatementDefault());
        json.WriteEndObject();
    }

    private static void Timestamp(Utf8JsonWriter json, JsonElement statement, Stamp stamp)
    {
        if (!statement.TryGetProperty("timestamp", out var given))
        {
            json.WriteString("timestamp", XapiTimestamp.Format(stamp.Timestamp));
            return;
        }
        string text = given.GetString()!;
        if (text.EndsWith('Z') || !XapiTimestamp.TryParse(text, out var instant)) Raw(json, "timestamp", given);
        else json.WriteString("timestamp", XapiTimestamp.Format(instant));
    }

    private static void SubStatement(Utf8JsonWriter json, JsonElement value)
    {
        json.WriteStartObject("object");
        foreach (var member in value.EnumerateObject())
        {
            if (member.NameEquals("context")) Context(json, member.Value);
            else Raw(json, member.Name, member.Value);
        }
        json.WriteEndObject();
    }

    private static void Context(Utf8JsonWriter json, JsonElement context)
    {
        if (!context.TryGetProperty("contextActivities", out var activities) || activities.EnumerateObject().All(kind => kind.Value.ValueKind == JsonValueKind.Array))
        {
            Raw(json, "context", context);
            return;
        }
        json.WriteStartObject("context");
        foreach (var member in context.EnumerateObject())
        {
            if (member.NameEquals("contextActivities")) Activities(json, member.Value);
            else Raw(json, member.Name, member.Value);
        }
        json.WriteEndObject();
    }

    private static void Activities(Utf8JsonWriter json, JsonElement activities)
    {
        json.WriteStartObject("contextActivities");
        foreach (var kind in activities.EnumerateObject())
        {
            if (kind.Value.ValueKind == JsonValueKind.Array)
            {
                Raw(json, kind.Name, kind.Value);
                continue;
            }
            json.WriteStartArray(kind.Name);
            json.WriteRawValue(JsonMarshal.GetRawUtf8Value(kind.Value), skipInputValidation: true);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
    }
}
