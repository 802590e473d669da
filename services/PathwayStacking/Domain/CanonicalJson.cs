using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pathways.PathwayStacking.Domain;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785), for what this domain hashes. Numbers here are decimals of moderate size, for which the shortest
/// decimal form is also JCS's form.
/// </summary>
public static class CanonicalJson
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    private static readonly SearchValues<char> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (char)code), '"', '\\']);

    /// <summary>SHA-256 over the canonical JSON of a value, lower case hex. Null members are left out, so that adding one later changes no hash.</summary>
    public static string Sha256<T>(T value) => Sha256OfText(Of(value));

    /// <summary>The canonical JSON itself.</summary>
    public static string Of<T>(T value)
    {
        var text = new StringBuilder();
        Write(JsonSerializer.SerializeToElement(value, Options), text);
        return text.ToString();
    }

    /// <param name="canonical">Canonical JSON already.</param>
    public static string Sha256OfText(string canonical) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));

    private static void Write(JsonElement element, StringBuilder text)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(element, text);
                break;
            case JsonValueKind.Array:
                WriteArray(element, text);
                break;
            case JsonValueKind.String:
                WriteString(element.GetString()!, text);
                break;
            case JsonValueKind.Number when !element.TryGetDecimal(out _):
                text.Append(element.GetRawText());
                break;
            case JsonValueKind.Number:
                text.Append((element.GetDecimal() / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(element.GetRawText());
                break;
        }
    }

    private static void WriteObject(JsonElement element, StringBuilder text)
    {
        (string Name, JsonElement Value)[] members = [.. element.EnumerateObject().Select(member => (member.Name, member.Value))];
        Array.Sort(members, (one, other) => string.CompareOrdinal(one.Name, other.Name));
        text.Append('{');
        for (var i = 0; i < members.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            WriteString(members[i].Name, text);
            text.Append(':');
            Write(members[i].Value, text);
        }

        text.Append('}');
    }

    private static void WriteArray(JsonElement element, StringBuilder text)
    {
        text.Append('[');
        var first = true;
        foreach (var item in element.EnumerateArray())
        {
            if (!first)
                text.Append(',');
            first = false;
            Write(item, text);
        }

        text.Append(']');
    }

    private static void WriteString(ReadOnlySpan<char> value, StringBuilder text)
    {
        text.Append('"');
        for (var next = value.IndexOfAny(Escaped); next >= 0; next = value.IndexOfAny(Escaped))
        {
            text.Append(value[..next]);
            WriteEscaped(value[next], text);
            value = value[(next + 1)..];
        }

        text.Append(value).Append('"');
    }

    private static void WriteEscaped(char c, StringBuilder text) => _ = c switch
    {
        '"' => text.Append("\\\""),
        '\\' => text.Append("\\\\"),
        '\b' => text.Append("\\b"),
        '\t' => text.Append("\\t"),
        '\n' => text.Append("\\n"),
        '\f' => text.Append("\\f"),
        '\r' => text.Append("\\r"),
        _ => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
    };
}
