using System.Globalization;
using System.Text.Json.Nodes;

namespace Pathways.PathwayStacking.Domain.Importing;

internal enum JsonKind
{
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

/// <summary>A JSON value that knows where it stands.</summary>
/// <param name="Text">Of a string, number or boolean.</param>
internal sealed record JsonValue(
    JsonKind Kind,
    string Text,
    IReadOnlyList<JsonValue> Items,
    IReadOnlyList<KeyValuePair<string, JsonValue>> Members,
    int Line,
    int Column)
{
    public string Place => $"line {Line}, column {Column}";

    /// <summary>A text that stands nowhere in particular.</summary>
    public static JsonValue OfText(string text, JsonValue at) => new(JsonKind.String, text, [], [], at.Line, at.Column);

    /// <summary>The same without places. A number that no decimal holds becomes text, so that whoever stores it can.</summary>
    public JsonNode? ToNode() => Kind switch
    {
        JsonKind.Object => new JsonObject(Members.Select(member => KeyValuePair.Create(member.Key, member.Value.ToNode()))),
        JsonKind.Array => new JsonArray([.. Items.Select(item => item.ToNode())]),
        JsonKind.Number => decimal.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : Text,
        JsonKind.Boolean => Text == "true",
        JsonKind.String => Text,
        _ => null,
    };
}
