using System.Text;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData.Fuzzing;

/// <summary>
/// Broken credentials, each a small step away from a good one: the places where readers fail. Seeded, so that a failure can be repeated.
/// </summary>
internal sealed class CredentialFuzzer(int seed, IReadOnlyList<byte[]> good)
{
    private static readonly string[] Fragments =
    [
        "null", "true", "-0", "1e400", "1e-400", "0.1", "9007199254740993", "\"\"", "\"@id\"", "\"_:b0\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[[]]",
        "{\"@id\":\"x\"}", "{\"@value\":null}", "{\"@list\":[[],{}]}", "{\"@graph\":[{}]}", "{\"@reverse\":{\"urn:a\":{}}}", "{\"@type\":\"@json\",\"@value\":{}}",
        "{\"@context\":null}", "{\"@context\":{\"a\":\"b:c\",\"b\":\"a:d\"}}", "{\"@context\":{\"@vocab\":\"_:\"},\"x\":{\"y\":{}}}", "{\"@context\":\"https://nowhere.example\"}",
        "{\"@context\":{\"@import\":\"https://www.w3.org/ns/credentials/v2\"}}", "{\"@included\":[{\"@included\":{}}]}", "{\"@set\":{\"@set\":[]}}", "{\"@nest\":{\"@nest\":{}}}",
        "{\"@context\":{\"t\":{\"@id\":\"urn:t\",\"@context\":{\"t\":{\"@id\":\"urn:t\",\"@context\":{}}}}},\"t\":{\"t\":{\"t\":{}}}}", "\"data:application/vc+jwt,a.b.c\"",
        "\"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2\"", "\"z1111111111\"", "\"u2V0BhVhA\"", "\"2026-13-45T99:99:99Z\"", "\"https://exa mple/<>\"",
    ];

    private static readonly string[] Keys =
        ["@context", "@id", "@type", "@graph", "@list", "@set", "@reverse", "@included", "@nest", "@value", "@language", "@direction", "@index", "id", "type", "proof", "issuer", "credentialSubject", "credentialStatus", "verifiableCredential", "endorsement", "validFrom", "previousProof"];

    private readonly Random random = new(seed);

    public byte[] Next()
    {
        var document = good[random.Next(good.Count)];
        for (var i = random.Next(1, 4); i > 0; i--)
            document = Mutate(document);
        return document;
    }

    private byte[] Mutate(byte[] document) => random.Next(6) switch
    {
        0 => FlipBytes(document),
        1 => document[..random.Next(document.Length + 1)],
        2 => Repeat(document),
        _ => ChangeTree(document),
    };

    private byte[] FlipBytes(byte[] document)
    {
        var copy = document.ToArray();
        for (var i = random.Next(1, 8); i > 0 && copy.Length > 0; i--)
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return copy;
    }

    private byte[] Repeat(byte[] document)
    {
        var from = random.Next(document.Length + 1);
        var part = document.AsSpan(from, Math.Min(random.Next(64), document.Length - from)).ToArray();
        return [.. document[..from], .. Enumerable.Repeat(part, random.Next(2, 50)).SelectMany(bytes => bytes), .. document[from..]];
    }

    /// <summary>Still JSON, but something in it is another thing.</summary>
    private byte[] ChangeTree(byte[] document)
    {
        JsonObject root;
        try
        {
            root = StrictJson.ParseObject(document);
        }
        catch (LinkedDataException)
        {
            return FlipBytes(document);
        }
        var objects = new List<JsonObject>();
        Collect(root, objects);
        var owner = objects[random.Next(objects.Count)];
        var key = owner.Count > 0 && random.Next(2) == 0 ? owner.ElementAt(random.Next(owner.Count)).Key : Keys[random.Next(Keys.Length)];
        var marker = $"fuzz{random.Next()}";
        owner[key] = random.Next(4) == 0 ? objects[random.Next(objects.Count)].DeepClone() : marker;
        return Encoding.UTF8.GetBytes(root.ToJsonString().Replace($"\"{marker}\"", Fragments[random.Next(Fragments.Length)], StringComparison.Ordinal));
    }

    private static void Collect(JsonNode? node, List<JsonObject> objects)
    {
        switch (node)
        {
            case JsonObject members:
                objects.Add(members);
                foreach (var (_, value) in members)
                    Collect(value, objects);
                break;
            case JsonArray items:
                foreach (var item in items)
                    Collect(item, objects);
                break;
        }
    }
}
