using System.Buffers;
using System.Text.Json;
using Pathways.LinkedData.JsonLd;
using Pathways.LinkedData.Rdf;

namespace Pathways.LinkedData;

/// <summary>The members of an object, some of them perhaps left out or replaced: the input of a transformation.</summary>
internal sealed class Members : List<KeyValuePair<string, JsonElement>>
{
    private JsonElement? unchanged;

    public static Members Of(JsonElement document, string without)
    {
        var members = new Members { unchanged = document };
        foreach (var member in document.EnumerateObject())
        {
            if (!member.NameEquals(without))
                members.Add(KeyValuePair.Create(member.Name, member.Value));
            else
                members.unchanged = null;
        }
        return members;
    }

    /// <summary>What the members say. A document that nothing was taken from is read as it stands.</summary>
    public IReadOnlyList<Quad> ToRdf(JsonLdProcessor jsonLd)
    {
        if (unchanged is { } source)
            return jsonLd.ToRdf(source);
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
        return jsonLd.ToRdf(document.RootElement);
    }

    public JsonElement? Find(string name)
    {
        var at = FindIndex(member => member.Key == name);
        return at < 0 ? null : this[at].Value;
    }

    public void Set(string name, JsonElement value)
    {
        unchanged = null;
        RemoveAll(member => member.Key == name);
        Add(KeyValuePair.Create(name, value));
    }
}
