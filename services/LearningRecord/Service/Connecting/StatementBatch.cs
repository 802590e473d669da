using System.Buffers;
using System.Text.Json;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Connecting;

/// <summary>Stored statements as a list, for a store that may speak an older version.</summary>
internal static class StatementBatch
{
    public static byte[] Of(IEnumerable<byte[]> statements, string version)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write("["u8);
        bool isFirst = true;
        foreach (byte[] statement in statements)
        {
            if (!isFirst) output.Write(","u8);
            isFirst = false;
            if (XapiVersions.Parse(version) == XapiVersion.V103) WriteAs103(output, statement);
            else output.Write(statement);
        }
        output.Write("]"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>A store of 1.0.3 refuses a statement that says it is of a later version. What only 2.0 knows it refuses rightly.</summary>
    private static void WriteAs103(ArrayBufferWriter<byte> output, byte[] statement)
    {
        using var document = JsonDocument.Parse(statement);
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            json.WritePropertyName(member.Name);
            if (member.NameEquals("version")) json.WriteStringValue(XapiVersion.V103.StatementDefault());
            else json.WriteRawValue(member.Value.GetRawText(), skipInputValidation: true);
        }
        json.WriteEndObject();
    }
}
