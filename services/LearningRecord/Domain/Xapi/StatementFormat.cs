using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// The other forms a statement is returned in (xAPI 2.0, section 4.1.6.1): <c>ids</c> has only what identifies agents,
/// activities and verbs; <c>canonical</c> has one language in each map, the one the reader prefers.
/// </summary>
public sealed class StatementFormat
{
    private readonly bool _idsOnly;
    private readonly IReadOnlyList<string> _languages;

    private StatementFormat(bool idsOnly, IReadOnlyList<string> languages)
    {
        _idsOnly = idsOnly;
        _languages = languages;
    }

    public static StatementFormat Ids { get; } = new(idsOnly: true, []);

    /// <param name="languages">Language ranges, the preferred one first.</param>
    public static StatementFormat Canonical(IReadOnlyList<string> languages) => new(idsOnly: false, languages);

    public void Write(IBufferWriter<byte> output, JsonElement statement)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Statement(json, statement);
    }

    /// <summary>An activity's definition in one language.</summary>
    public void WriteActivity(Utf8JsonWriter json, JsonElement activity) => Activity(json, activity);

    private void Statement(Utf8JsonWriter json, JsonElement value) => Object(json, value, member =>
    {
        switch (member.Name)
        {
            case "actor" or "authority":
                Actor(json, member.Value);
                break;
            case "verb":
                Verb(json, member.Value);
                break;
            case "object":
                StatementObject(json, member.Value);
                break;
            case "context":
                Context(json, member.Value);
                break;
            case "attachments" when !_idsOnly:
                Array(json, member.Value, attachment => Localised(json, attachment, "display", "description"));
                break;
            default:
                Raw(json, member.Value);
                break;
        }
    });

    private void StatementObject(Utf8JsonWriter json, JsonElement value)
    {
        switch (ActorRules.TypeOf(value))
        {
            case null or "Activity":
                Activity(json, value);
                break;
            case "SubStatement":
                Statement(json, value);
                break;
            case "StatementRef":
                Raw(json, value);
                break;
            default:
                Actor(json, value);
                break;
        }
    }

    private void Context(Utf8JsonWriter json, JsonElement value) => Object(json, value, member =>
    {
        switch (member.Name)
        {
            case "instructor" or "team":
                Actor(json, member.Value);
                break;
            case "contextActivities":
                Object(json, member.Value, kind => Array(json, kind.Value, activity => Activity(json, activity)));
                break;
            case "contextAgents" or "contextGroups":
                Array(json, member.Value, item => Object(json, item, part =>
                {
                    if (part.Name is "agent" or "group") Actor(json, part.Value);
                    else Raw(json, part.Value);
                }));
                break;
            default:
                Raw(json, member.Value);
                break;
        }
    });

    private void Verb(Utf8JsonWriter json, JsonElement value)
    {
        if (_idsOnly) Only(json, value, "id");
        else Localised(json, value, "display");
    }

    private void Activity(Utf8JsonWriter json, JsonElement value)
    {
        if (_idsOnly)
        {
            Only(json, value, "id");
            return;
        }
        Object(json, value, member =>
        {
            if (member.NameEquals("definition")) Definition(json, member.Value);
            else Raw(json, member.Value);
        });
    }

    private void Definition(Utf8JsonWriter json, JsonElement value) => Object(json, value, member =>
    {
        switch (member.Name)
        {
            case "name" or "description":
                Language(json, member.Value);
                break;
            case "choices" or "scale" or "source" or "target" or "steps":
                Array(json, member.Value, component => Localised(json, component, "description"));
                break;
            default:
                Raw(json, member.Value);
                break;
        }
    });

    /// <summary>An anonymous group is known by its members only; of all others the identifier is enough.</summary>
    private void Actor(Utf8JsonWriter json, JsonElement value)
    {
        if (!_idsOnly) Raw(json, value);
        else if (Identity.Of(value) is not null) Only(json, value, "objectType", "mbox", "mbox_sha1sum", "openid", "account");
        else Object(json, value, member => Array(json, member.Value, agent => Actor(json, agent)), member => member.Name == "member", "objectType");
    }

    private void Localised(Utf8JsonWriter json, JsonElement value, params string[] maps) => Object(json, value, member =>
    {
        if (maps.Contains(member.Name)) Language(json, member.Value);
        else Raw(json, member.Value);
    });

    private void Language(Utf8JsonWriter json, JsonElement map)
    {
        json.WriteStartObject();
        if (Preferred(map) is { } entry)
        {
            json.WritePropertyName(entry.Name);
            Raw(json, entry.Value);
        }
        json.WriteEndObject();
    }

    /// <summary>Lookup of RFC 4647, section 3.4; where nothing matches, the first.</summary>
    private JsonProperty? Preferred(JsonElement map)
    {
        foreach (string language in _languages)
        {
            for (string range = language; range.Length > 0; range = range.LastIndexOf('-') is > 0 and var cut ? range[..cut] : "")
            {
                foreach (var entry in map.EnumerateObject())
                {
                    if (entry.Name.Equals(range, StringComparison.OrdinalIgnoreCase) || entry.Name.StartsWith(range + "-", StringComparison.OrdinalIgnoreCase)) return entry;
                }
            }
        }
        return map.EnumerateObject().Select(entry => (JsonProperty?)entry).FirstOrDefault();
    }

    private static void Only(Utf8JsonWriter json, JsonElement value, params string[] names)
        => Object(json, value, member => Raw(json, member.Value), member => names.Contains(member.Name));

    private static void Object(
        Utf8JsonWriter json, JsonElement value, Action<JsonProperty> write, Func<JsonProperty, bool>? include = null, string? raw = null)
    {
        json.WriteStartObject();
        foreach (var member in value.EnumerateObject())
        {
            bool asIs = member.Name == raw;
            if (!asIs && include?.Invoke(member) == false) continue;
            json.WritePropertyName(member.Name);
            if (asIs) Raw(json, member.Value);
            else write(member);
        }
        json.WriteEndObject();
    }

    private static void Array(Utf8JsonWriter json, JsonElement value, Action<JsonElement> write)
    {
        json.WriteStartArray();
        foreach (var item in value.EnumerateArray()) write(item);
        json.WriteEndArray();
    }

    private static void Raw(Utf8JsonWriter json, JsonElement value) => json.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
