using System.Buffers;
using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>The members of an object, some of them perhaps left out or replaced: the input of a transformation.</summary>
internal sealed class Members : List<KeyValuePair<string, JsonElement>>
{
    public static Members Of(JsonElement document, string without)
    {
        var members = new Members();
        foreach (var member in document.EnumerateObject())
        {
            if (!member.NameEquals(without))
                members.Add(KeyValuePair.Create(member.Name, member.Value));
        }
        return members;
    }

    /// <summary>The members as a document again.</summary>
    public JsonElement ToElement()
    {
        var output = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in this)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        using var document = JsonDocument.Parse(output.WrittenMemory);
        return document.RootElement.Clone();
    }

    public JsonElement? Find(string name)
    {
        var at = FindIndex(member => member.Key == name);
        return at < 0 ? null : this[at].Value;
    }

    public void Set(string name, JsonElement value)
    {
        RemoveAll(member => member.Key == name);
        Add(KeyValuePair.Create(name, value));
    }
}
