using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// Whether two statements say the same (1.0.3, Data 2.3.1; 2.0, section 4.2.3). Not part of what a statement says: what the
/// store sets, attachments, displays and definitions, the order of names and of a group's members, one context activity or
/// a list of one, how a number or a UUID is spelt, and a duration beyond a hundredth of a second.
/// </summary>
public static class StatementEquivalence
{
    public static bool AreSame(JsonElement one, JsonElement other) => Canonical(one) == Canonical(other);

    private static string Canonical(JsonElement statement)
    {
        var text = new StringBuilder();
        Append(text, statement, Part.Statement);
        return text.ToString();
    }

    private enum Part
    {
        Statement,
        Verb,
        ActivityOrOther,
        Actor,
        Group,
        Context,
        ContextActivities,
        Activities,
        Result,
        Id,
        Duration,
        Free,
    }

    private static void Append(StringBuilder text, JsonElement value, Part part)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when part == Part.Activities:
                text.Append('[');
                Append(text, value, Part.ActivityOrOther);
                text.Append(",]");
                break;
            case JsonValueKind.Object:
                AppendObject(text, value, part);
                break;
            case JsonValueKind.Array:
                AppendArray(text, value, part);
                break;
            case JsonValueKind.String:
                AppendString(text, value.GetString()!, part);
                break;
            case JsonValueKind.Number when value.TryGetDecimal(out decimal number):
                text.Append(number.ToString("0.############################", CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static void AppendObject(StringBuilder text, JsonElement value, Part part)
    {
        text.Append('{');
        foreach (var member in value.EnumerateObject().Where(member => !IsIgnored(member, part)).OrderBy(member => member.Name, StringComparer.Ordinal))
        {
            AppendString(text, member.Name, Part.Free);
            text.Append(':');
            Append(text, member.Value, PartOf(member, part));
            text.Append(',');
        }
        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonElement value, Part part)
    {
        var items = value.EnumerateArray().Select(item =>
        {
            var one = new StringBuilder();
            Append(one, item, part switch { Part.Activities => Part.ActivityOrOther, Part.Group => Part.Actor, _ => part });
            return one.ToString();
        });
        if (part == Part.Group) items = items.Order(StringComparer.Ordinal);
        text.Append('[');
        foreach (string item in items) text.Append(item).Append(',');
        text.Append(']');
    }

    private static void AppendString(StringBuilder text, string value, Part part)
        => text.Append(JsonSerializer.Serialize(part switch
        {
            Part.Id => value.ToLowerInvariant(),
            Part.Duration => Iso8601Duration.Comparable(value),
            _ => value,
        }));

    private static bool IsIgnored(JsonProperty member, Part part) => part switch
    {
        Part.Free => false,
        Part.Statement => member.Name is "id" or "stored" or "timestamp" or "authority" or "version" or "attachments",
        Part.Verb => member.Name == "display",
        // Left out or written, the default type is the same type; an activity is told by its id, an agent by its identifier.
        _ => member.Name == "definition" || (member.Name == "objectType" && member.Value.ValueEquals("Activity")) || (member.Name == "objectType" && member.Value.ValueEquals("Agent")),
    };

    private static Part PartOf(JsonProperty member, Part part) => (part, member.Name) switch
    {
        (Part.Free, _) => Part.Free,
        (_, "extensions") => Part.Free,
        (_, "verb") => Part.Verb,
        (_, "object") => member.Value.TryGetProperty("objectType", out var type) && type.ValueEquals("SubStatement") ? Part.Statement : Part.ActivityOrOther,
        (_, "actor" or "instructor" or "team" or "agent" or "group") => Part.Actor,
        (_, "member") => Part.Group,
        (_, "context") => Part.Context,
        (Part.Context, "contextActivities") => Part.ContextActivities,
        (Part.ContextActivities, _) => Part.Activities,
        (_, "result") => Part.Result,
        (Part.Result, "duration") => Part.Duration,
        (_, "registration") => Part.Id,
        (Part.Context, "statement") => Part.ActivityOrOther,
        (Part.ActivityOrOther, "id") when member.Value.ValueKind == JsonValueKind.String && Uuid.TryParse(member.Value.GetString()!, out _) => Part.Id,
        _ => Part.ActivityOrOther,
    };
}
