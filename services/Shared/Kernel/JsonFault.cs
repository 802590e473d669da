using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pathways.Kernel;

/// <summary>What is wrong with a text that is not well-formed JSON, for whoever has sent it: where, why and what to do.</summary>
/// <param name="Place"><c>line 3, column 14</c>, both from 1, the column in characters.</param>
public sealed record JsonFault(string Place, string Reason, string Remedy)
{
    private static readonly JsonReaderOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 1000 };

    /// <param name="fault">What the parser threw about <paramref name="json"/>.</param>
    /// <param name="json">The text.</param>
    /// <param name="firstLine">Where the text begins in the file that it is a part of.</param>
    public static JsonFault Of(JsonException fault, ReadOnlySpan<byte> json, long firstLine = 1)
    {
        // The parser gives no position for a name that stands twice.
        if (fault.LineNumber is not { } lines)
            return new(PlaceOf(json, SecondOfTwo(json), firstLine), "a name stands twice in one object", "Keep one of the two.");
        var at = OffsetOf(json, lines, fault.BytePositionInLine ?? 0);
        var place = PlaceOf(json, at, firstLine);
        if (json.Trim(" \t\r\n"u8).IsEmpty)
            return new(place, "it is empty", "Give the JSON.");
        if (at >= json.TrimEnd(" \t\r\n"u8).Length)
            return new(place, "it ends before it is complete", "Send all of it: it was cut off, or a quote or bracket in it is not closed.");
        var end = fault.Message.IndexOf(" LineNumber: ", StringComparison.Ordinal);
        var said = end < 0 ? fault.Message : fault.Message[..end];
        return new(place, said.TrimEnd('.'), "Correct it at this place.");
    }

    private static int OffsetOf(ReadOnlySpan<byte> json, long lines, long bytes)
    {
        var start = 0;
        for (; lines > 0; lines--) start += json[start..].IndexOf((byte)'\n') + 1;
        return (int)Math.Min(json.Length, start + bytes);
    }

    private static string PlaceOf(ReadOnlySpan<byte> json, int at, long firstLine)
    {
        var before = json[..at];
        var column = Encoding.UTF8.GetCharCount(before[(before.LastIndexOf((byte)'\n') + 1)..]) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"line {firstLine + before.Count((byte)'\n')}, column {column}");
    }

    private static int SecondOfTwo(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Lenient);
        var names = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject) names.Push(new(StringComparer.Ordinal));
            else if (reader.TokenType == JsonTokenType.EndObject) names.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && !names.Peek().Add(NameOf(ref reader))) return (int)reader.TokenStartIndex;
        }
        return 0;
    }

    /// <summary>One with half a surrogate pair is no text, and is compared as it is written.</summary>
    private static string NameOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }
}
