using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace Pathways.LinkedData;

/// <summary>How much of a stranger's document is read before it is refused.</summary>
public sealed record JsonLimits(int MaxBytes = 4 * 1024 * 1024, int MaxDepth = 64)
{
    public static JsonLimits Default { get; } = new();
}

/// <summary>
/// JSON as I-JSON (RFC 7493) has it: valid UTF-8, no duplicate keys, no lone surrogates, bounded in size and depth.
/// What two parsers could read in two ways must not be signed or verified.
/// </summary>
public static class StrictJson
{
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonLimits? limits = null)
    {
        limits ??= JsonLimits.Default;
        if (utf8.Length > limits.MaxBytes)
            throw new LinkedDataException("document too large", $"The document has {utf8.Length} bytes; at most {limits.MaxBytes} are read.");
        if (!Utf8.IsValid(utf8.Span))
            throw new LinkedDataException("invalid utf-8", "The document is not valid UTF-8.");
        RefuseLoneSurrogates(utf8.Span, limits.MaxDepth);
        try
        {
            return JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = limits.MaxDepth, AllowDuplicateProperties = false });
        }
        catch (JsonException problem)
        {
            throw NotJson(problem);
        }
    }

    public static JsonObject ParseObject(ReadOnlyMemory<byte> utf8, JsonLimits? limits = null)
    {
        using var document = Parse(utf8, limits);
        return document.RootElement.ValueKind == JsonValueKind.Object
            ? JsonObject.Create(document.RootElement.Clone())!
            : throw new LinkedDataException("not an object", "The document is JSON, but not a JSON object.");
    }

    public static JsonObject ParseObject(string json, JsonLimits? limits = null) => ParseObject(Encoding.UTF8.GetBytes(json), limits);

    /// <summary>UTF-8 of a document built in memory. The framework writes a lone surrogate as U+FFFD, which would sign another text.</summary>
    public static byte[] ToUtf8(JsonNode node)
    {
        RefuseLoneSurrogates(node, JsonLimits.Default.MaxDepth);
        return JsonSerializer.SerializeToUtf8Bytes(node, Relaxed);
    }

    internal static JsonSerializerOptions Relaxed { get; } = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static void RefuseLoneSurrogates(ReadOnlySpan<byte> utf8, int maxDepth)
    {
        // Valid UTF-8 cannot hold a surrogate; only an escape can bring one in.
        if (utf8.IndexOf("\\u"u8) < 0)
            return;
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = maxDepth });
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    _ = reader.GetString();
            }
        }
        catch (InvalidOperationException problem)
        {
            throw new LinkedDataException("invalid utf-16", "A string of the document has a surrogate without its partner.", problem);
        }
        catch (JsonException problem)
        {
            throw NotJson(problem);
        }
    }

    private static void RefuseLoneSurrogates(JsonNode? node, int depthLeft)
    {
        if (depthLeft < 0)
            throw new LinkedDataException("nested too deeply", $"The document is nested deeper than {JsonLimits.Default.MaxDepth} levels.");
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members)
                {
                    RefuseLoneSurrogates(name);
                    RefuseLoneSurrogates(value, depthLeft - 1);
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                    RefuseLoneSurrogates(item, depthLeft - 1);
                break;
            case JsonValue value when value.TryGetValue(out string? text):
                RefuseLoneSurrogates(text);
                break;
        }
    }

    private static void RefuseLoneSurrogates(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                throw new LinkedDataException("invalid utf-16", "A string of the document has a surrogate without its partner.");
            i++;
        }
    }

    private static LinkedDataException NotJson(JsonException problem)
    {
        // The framework has no error codes, only these words, with a position that counts from 0.
        string reason = problem.Message.Split(" LineNumber: ")[0];
        if (problem.Message.Contains("uplicate", StringComparison.Ordinal))
            return new LinkedDataException("duplicate key", "An object of the document has the same key twice: " + reason, problem);
        return problem.Message.Contains("maximum configured depth", StringComparison.Ordinal)
            ? new LinkedDataException("nested too deeply", "The document is nested too deeply.", problem)
            : new LinkedDataException("not json", $"The document is not JSON, in line {problem.LineNumber + 1}: {reason}", problem);
    }
}
