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
                WriteAll('{', element.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal), '}', text, member =>
                {
                    WriteString(member.Name, text);
                    text.Append(':');
                    Write(member.Value, text);
                });
                break;
            case JsonValueKind.Array:
                WriteAll('[', element.EnumerateArray(), ']', text, item => Write(item, text));
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

    private static void WriteAll<T>(char open, IEnumerable<T> items, char close, StringBuilder text, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(',');
            first = false;
            write(item);
        }

        text.Append(close);
    }

    private static void WriteString(string value, StringBuilder text)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
