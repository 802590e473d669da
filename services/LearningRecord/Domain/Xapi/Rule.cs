using System.Text.Json;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// The small words the statement rules are written in. A rule answers null when it holds. The place of a breach is
/// put together on the way out (<see cref="In(string, Rejection?)"/>), so that a valid statement pays nothing for it.
/// </summary>
internal static class Rule
{
    public const string Code = "statement-invalid";

    public static Rejection Broken(string rule)
        => Rejection.Invalid(Code, rule, "Correct the statement at this place, by the rules of xAPI 2.0 (IEEE 9274.1.1, section 4.2).", place: "");

    public static Rejection? In(string member, Rejection? breach)
        => breach is null ? null : breach with { Place = $"/{member.Replace("~", "~0").Replace("/", "~1")}{breach.Place}" };

    public static Rejection? In(int index, Rejection? breach) => breach is null ? null : breach with { Place = $"/{index}{breach.Place}" };

    public static Rejection Unknown(string member) => In(member, Broken($"'{member}' is not a property that may stand here; names are case-sensitive"))!;

    public static Rejection? Object(JsonElement value)
        => value.ValueKind == JsonValueKind.Object ? null : Broken($"must be an object, but is {Name(value)}");

    public static Rejection? Array(JsonElement value)
        => value.ValueKind == JsonValueKind.Array ? null : Broken($"must be an array, but is {Name(value)}");

    public static Rejection? String(JsonElement value)
        => value.ValueKind == JsonValueKind.String ? null : Broken($"must be a string, but is {Name(value)}");

    public static Rejection? Boolean(JsonElement value)
        => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : Broken($"must be true or false, but is {Name(value)}");

    public static Rejection? NaturalNumber(JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) && number >= 0 ? null : Broken("must be a whole number, 0 or more");

    public static Rejection? Iri(JsonElement value) => Text(value, Xapi.Iri.IsValid, "must be an IRI with a scheme");

    public static Rejection? Mailbox(JsonElement value) => Text(value, Xapi.Iri.IsMailbox, "must be a mailto IRI, as mailto:name@host");

    public static Rejection? Uuid(JsonElement value) => Text(value, text => Xapi.Uuid.TryParse(text, out _), "must be a UUID of RFC 9562, in its text form");

    public static Rejection? Timestamp(JsonElement value)
        => Text(value, text => XapiTimestamp.TryParse(text, out _), "must be a date-time of RFC 3339; -00, -0000 and -00:00 are no zones");

    public static Rejection? Duration(JsonElement value) => Text(value, Iso8601Duration.IsValid, "must be an ISO 8601 duration, as PT1H30M");

    public static Rejection? Language(JsonElement value) => Text(value, LanguageTag.IsValid, "must be a language tag of RFC 5646");

    public static Rejection? Hex(JsonElement value, string rule, params int[] lengths)
        => Text(value, text => lengths.AsSpan().Contains(text.Length) && text.All(char.IsAsciiHexDigit), rule);

    public static Rejection? OneOf(JsonElement value, params string[] allowed)
        => Text(value, text => allowed.AsSpan().Contains(text), $"must be {string.Join(", ", allowed)}, in this case of letters");

    /// <summary>A map from language tags to strings.</summary>
    public static Rejection? LanguageMap(JsonElement value)
    {
        if (Object(value) is { } breach) return breach;
        foreach (var entry in value.EnumerateObject())
        {
            if (!LanguageTag.IsValid(entry.Name)) return In(entry.Name, Broken("the name must be a language tag of RFC 5646"));
            if (In(entry.Name, String(entry.Value)) is { } wrong) return wrong;
        }
        return null;
    }

    /// <summary>Names are IRIs; values are free, null among them.</summary>
    public static Rejection? Extensions(JsonElement value)
    {
        if (Object(value) is { } breach) return breach;
        foreach (var entry in value.EnumerateObject())
        {
            if (!Xapi.Iri.IsValid(entry.Name)) return In(entry.Name, Broken("the name of an extension must be an IRI"));
        }
        return null;
    }

    public static Rejection? Each(JsonElement array, Func<JsonElement, Rejection?> rule)
    {
        if (Array(array) is { } breach) return breach;
        int index = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (In(index++, rule(item)) is { } wrong) return wrong;
        }
        return null;
    }

    /// <summary>Every property by its rule, the first breach with its place.</summary>
    public static Rejection? Members(JsonElement value, Func<JsonProperty, Rejection?> rule)
    {
        if (Object(value) is { } breach) return breach;
        foreach (var member in value.EnumerateObject())
        {
            if (rule(member) is { } wrong) return wrong;
        }
        return null;
    }

    public static Rejection? Required(JsonElement value, string member)
        => value.TryGetProperty(member, out _) ? null : In(member, Broken($"'{member}' is required"));

    private static Rejection? Text(JsonElement value, Func<string, bool> holds, string rule)
        => String(value) ?? (holds(value.GetString()!) ? null : Broken($"{rule}, but is '{Shown(value.GetString()!)}'"));

    // A breach goes into logs and answers: what it shows of the input is short.
    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";

    private static string Name(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        _ => "a boolean",
    };
}
