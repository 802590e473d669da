using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Reads JSON as a record store must: UTF-8, no duplicate names, no half characters, bounded depth. The text stays as it came, without the byte order mark before it.</summary>
public static class StatementJson
{
    public const string Code = "invalid-json";

    /// <summary>For statements that are made here: letters stay letters, as those who send statements write them.</summary>
    public static JsonSerializerOptions Readable { get; } = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <param name="body">The text.</param>
    /// <param name="firstLine">Where the text begins in the file that it is a part of.</param>
    public static Result<JsonDocument> Parse(ReadOnlyMemory<byte> body, long firstLine = 1)
    {
        var utf8 = ByteOrderMark.Skip(body);
        if (NoText(utf8.Span) is { } noText) return noText;
        try
        {
            return JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException malformed)
        {
            var fault = JsonFault.Of(malformed, utf8.Span, firstLine);
            return Rejection.Invalid(Code, $"The JSON is not well-formed at {fault.Place}: {fault.Reason}.", fault.Remedy, fault.Place);
        }
    }

    /// <summary>Of what is not made of characters. JsonDocument reads strings lazily and would throw only when such a string is first touched.</summary>
    internal static Rejection? NoText(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return Rejection.Invalid(Code, "The JSON is not valid UTF-8.", "Send it as UTF-8.");
        return HasLoneSurrogate(json) ? Rejection.Invalid(Code, "A string holds half of a surrogate pair, which is no character.", "Send both halves, or the character itself.") : null;
    }

    private static bool HasLoneSurrogate(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf((byte)'\\') is >= 0 and var at)
        {
            json = json[at..];
            char unit = EscapedUnit(json);
            if (char.IsLowSurrogate(unit)) return true;
            if (char.IsHighSurrogate(unit))
            {
                if (!char.IsLowSurrogate(EscapedUnit(json[6..]))) return true;
                json = json[12..];
            }
            else
            {
                json = json[Math.Min(2, json.Length)..];
            }
        }
        return false;
    }

    private static char EscapedUnit(ReadOnlySpan<byte> json)
        => json.Length >= 6 && json[0] == '\\' && json[1] == 'u'
            && ushort.TryParse(json.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit)
            ? (char)unit
            : '\0';
}
