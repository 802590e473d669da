using System.Buffers;
using System.Text;

namespace Pathways.LinkedData;

internal static class JsonSplice
{
    /// <summary>The object's bytes with one more member at its end, and every other byte as it was.</summary>
    public static byte[] Append(ReadOnlySpan<byte> json, string name, ReadOnlySpan<byte> value)
    {
        var end = json.LastIndexOf((byte)'}');
        var content = json[..end].TrimEnd(" \t\r\n"u8);
        var output = new ArrayBufferWriter<byte>(json.Length + value.Length + 16);
        output.Write(content);
        if (content[^1] != (byte)'{')
            output.Write(","u8);
        output.Write("\""u8);
        Encoding.UTF8.GetBytes(name, output);
        output.Write("\":"u8);
        output.Write(value);
        output.Write("}"u8);
        return output.WrittenSpan.ToArray();
    }
}
