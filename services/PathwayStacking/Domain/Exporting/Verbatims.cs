using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Exporting;

/// <summary>Finds, when importing, what export would lose or write otherwise; and puts it back when exporting.</summary>
internal static class Verbatims
{
    private static readonly JsonElement Nothing = JsonSerializer.SerializeToElement(new JsonObject());

    /// <param name="written">What export would write for the node (<see cref="CtdlMembers"/>).</param>
    /// <returns>Null when export loses nothing.</returns>
    public static IReadOnlyList<Verbatim>? Find(JsonObject source, JsonObject written, IReadOnlyList<string[]> properties)
    {
        var kept = new List<Verbatim>();
        var rest = source.Where(member => member.Key is not ("@id" or "id" or "@context")).ToDictionary(member => member.Key, member => member.Value);
        foreach (var names in properties)
        {
            var inSource = rest.Keys.Where(key => IsOneOf(key, names)).ToList();
            var members = new JsonObject(inSource.Select(key => KeyValuePair.Create(key, rest[key]?.DeepClone())));
            foreach (var key in inSource)
                rest.Remove(key);
            if (!CtdlProperties.Structural.Contains(names[0]) && !(inSource.TrueForAll(key => IsOneOf(key, names[..1])) && JsonMeaning.Same(members.Select(member => member.Value), [written[names[0]]])))
                kept.Add(new(AsElement(members), names[0], HashOf(written[names[0]])));
        }

        if (rest.Count > 0)
            kept.Add(new(AsElement(new JsonObject(rest.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))))));
        return kept.Count == 0 ? null : kept;
    }

    /// <summary>Changes what export has written into what the document had, where the model still says the same.</summary>
    /// <returns>Members of the document that no longer fit the model.</returns>
    public static IEnumerable<JsonElement> PutBack(JsonObject written, IReadOnlyList<Verbatim>? verbatim)
    {
        foreach (var kept in verbatim ?? [])
        {
            if (kept.Property is { } property)
            {
                if (HashOf(written[property]) != kept.Fits)
                {
                    yield return kept.Members;
                    continue;
                }

                written.Remove(property);
            }

            foreach (var member in kept.Members.EnumerateObject())
                written[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }
    }

    private static bool IsOneOf(string key, string[] names)
    {
        var local = CtdlTerms.LocalName(key).TrimStart('@');
        return local == CtdlTerms.LocalName(names[0]).TrimStart('@') || names.AsSpan(1).Contains(local);
    }

    private static string HashOf(JsonNode? written)
        => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(written?.ToJsonString() ?? "")).AsSpan(0, 8));

    private static JsonElement AsElement(JsonObject members) => members.Count == 0 ? Nothing : JsonSerializer.SerializeToElement(members);
}
