using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>JSON Canonicalization Scheme (RFC 8785).</summary>
public static class Jcs
{
    public static byte[] Canonicalize(ReadOnlyMemory<byte> utf8)
    {
        using var document = StrictJson.Parse(utf8);
        return Canonicalize(document.RootElement);
    }

    public static byte[] Canonicalize(JsonNode node) => Canonicalize(StrictJson.ToUtf8(node));

    public static byte[] Canonicalize(JsonElement element)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        Write(element, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The canonical form of an object with these members, which are put in order in place.</summary>
    internal static byte[] Canonicalize(List<KeyValuePair<string, JsonElement>> members)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        WriteObject(members, output);
        return output.WrittenSpan.ToArray();
    }

    internal static void Write(JsonElement element, IBufferWriter<byte> output)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject([.. element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, member.Value))], output);
                break;
            case JsonValueKind.Array:
                output.Write("["u8);
                var first = true;
                foreach (var item in element.EnumerateArray())
                {
                    if (!first)
                        output.Write(","u8);
                    first = false;
                    Write(item, output);
                }
                output.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteString(element.GetString()!, output);
                break;
            case JsonValueKind.Number:
                EcmaScriptNumber.Write(ReadNumber(element), output);
                break;
            case JsonValueKind.True:
                output.Write("true"u8);
                break;
            case JsonValueKind.False:
                output.Write("false"u8);
                break;
            default:
                output.Write("null"u8);
                break;
        }
    }

    /// <summary>Members in the order of their names' UTF-16 code units (3.2.3).</summary>
    private static void WriteObject(List<KeyValuePair<string, JsonElement>> members, IBufferWriter<byte> output)
    {
        members.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));

        output.Write("{"u8);
        for (var i = 0; i < members.Count; i++)
        {
            var (name, value) = members[i];
            if (i > 0)
            {
                if (name == members[i - 1].Key)
                    throw new LinkedDataException("duplicate key", $"The key \"{name}\" stands twice in the same object.");
                output.Write(","u8);
            }
            WriteString(name, output);
            output.Write(":"u8);
            Write(value, output);
        }
        output.Write("}"u8);
    }

    /// <summary>Only what JSON demands is escaped, in the shortest form (3.2.2.2).</summary>
    private static void WriteString(string text, IBufferWriter<byte> output)
    {
        output.Write("\""u8);
        var rest = text.AsSpan();
        while (true)
        {
            var plain = rest.IndexOfAny(Escaped);
            if (plain < 0)
                break;
            Encoding.UTF8.GetBytes(rest[..plain], output);
            WriteEscape(rest[plain], output);
            rest = rest[(plain + 1)..];
        }
        Encoding.UTF8.GetBytes(rest, output);
        output.Write("\""u8);
    }

    private static void WriteEscape(char unit, IBufferWriter<byte> output)
    {
        switch (unit)
        {
            case '"': output.Write("\\\""u8); break;
            case '\\': output.Write("\\\\"u8); break;
            case '\b': output.Write("\\b"u8); break;
            case '\t': output.Write("\\t"u8); break;
            case '\n': output.Write("\\n"u8); break;
            case '\f': output.Write("\\f"u8); break;
            case '\r': output.Write("\\r"u8); break;
            default: Encoding.ASCII.GetBytes($"\\u{(int)unit:x4}", output); break;
        }
    }

    private static double ReadNumber(JsonElement element)
        => element.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw new LinkedDataException("number out of range", $"The number {Shorten(element.GetRawText())} is beyond an IEEE 754 double.");

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "…";

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create("\"\\" + string.Concat(Enumerable.Range(0, 0x20).Select(code => (char)code)));
}
