using System.Text.Json;

namespace Pathways.LinkedData;

internal static class JsonReading
{
    /// <summary>The member's text; null when it is not there or not a string.</summary>
    public static string? Text(this JsonElement element, string member)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    public static JsonElement? Member(this JsonElement element, string member)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) ? value : null;

    /// <summary>JSON-LD lets one value stand without its array.</summary>
    public static IEnumerable<JsonElement> AsArray(this JsonElement? element) => element switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        { } single => [single],
    };

    /// <summary>The id of something that is given as a string or as an object with an id: an issuer, a holder.</summary>
    public static string? IdOf(this JsonElement? element) => element switch
    {
        { ValueKind: JsonValueKind.String } id => id.GetString(),
        { ValueKind: JsonValueKind.Object } node => node.Text("id"),
        _ => null,
    };
}
