using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

internal static class ExpandedJson
{
    public static void Write(object? value, Utf8JsonWriter writer)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool truth:
                writer.WriteBooleanValue(truth);
                break;
            case JsonElement element:
                element.WriteTo(writer);
                break;
            case LdMap map:
                writer.WriteStartObject();
                foreach (var (key, member) in map.Members)
                {
                    writer.WritePropertyName(key);
                    Write(member, writer);
                }
                writer.WriteEndObject();
                break;
            default:
                writer.WriteStartArray();
                foreach (var item in (List<object?>)value)
                    Write(item, writer);
                writer.WriteEndArray();
                break;
        }
    }
}
