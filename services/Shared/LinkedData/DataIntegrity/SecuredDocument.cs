using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>A document with proofs: which part of it each proof signs, and how one more is put in.</summary>
internal static class SecuredDocument
{
    private const int MaxProofs = 32;

    public static IReadOnlyList<JsonElement> Proofs(JsonElement document)
    {
        var proofs = document.Member("proof").AsArray().ToList();
        return proofs.Count <= MaxProofs
            ? proofs
            : throw new LinkedDataException("too many proofs", $"The document has {proofs.Count} proofs; at most {MaxProofs} are read.");
    }

    /// <summary>
    /// What this proof signs: the document without its proofs, but with those that the proof names as its predecessors
    /// (Data Integrity 1.0, 4.3 and 4.5).
    /// </summary>
    public static Members Unsecured(JsonElement document, JsonElement proof)
    {
        var members = Members.Of(document, without: "proof");
        var previous = proof.Member("previousProof").AsArray().Select(IdOfProof).ToList();
        if (previous.Count == 0)
            return members;

        var proofs = Proofs(document);
        var chained = new List<JsonElement>(previous.Count);
        foreach (var id in previous)
        {
            var matching = proofs.Where(candidate => candidate.Text("id") is { } found && found == id).ToList();
            if (matching.Count != 1)
                throw new LinkedDataException("previous proof not found", $"The proof signs over the proof \"{id}\", which stands {matching.Count} times in the document.");
            chained.Add(matching[0]);
        }
        members.Set("proof", ToElement(chained));
        return members;
    }

    private static string IdOfProof(JsonElement id) => id.ValueKind == JsonValueKind.String
        ? id.GetString()!
        : throw new LinkedDataException("previous proof not found", "The proof names a predecessor by something else than its id.");

    /// <summary>The document's bytes with the proof as its last member; together with other proofs, in an array.</summary>
    public static byte[] Append(ReadOnlySpan<byte> utf8, JsonElement document, JsonObject proof)
    {
        var proofs = Proofs(document);
        if (proofs.Count > 0)
        {
            var copy = JsonObject.Create(document.Clone())!;
            copy["proof"] = new JsonArray([.. proofs.Select(other => JsonNode.Parse(other.GetRawText())), proof]);
            return StrictJson.ToUtf8(copy);
        }
        return JsonSplice.Append(utf8, "proof", StrictJson.ToUtf8(proof));
    }

    private static JsonElement ToElement(List<JsonElement> items)
    {
        using var array = JsonDocument.Parse("[" + string.Join(',', items.Select(item => item.GetRawText())) + "]");
        return array.RootElement.Clone();
    }
}
