using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pathways.LinkedData.JsonLd;
using Pathways.LinkedData.Rdf;

namespace Pathways.LinkedData;

/// <summary>
/// Verification of an <c>ecdsa-sd-2023</c> derived proof (vc-di-ecdsa 3.6.7): the holder shows some statements only; those that must be
/// shown are signed together by the issuer, each of the others alone by a key that the issuer vouches for.
/// </summary>
internal static class SelectiveDisclosure
{
    /// <summary>What a derived proofValue holds (3.5.7).</summary>
    private sealed record DerivedProof(
        byte[] BaseSignature, byte[] PublicKey, List<byte[]> Signatures, Dictionary<string, string> LabelMap, HashSet<int> MandatoryIndexes);

    private static ReadOnlySpan<byte> DerivedHeader => [0xd9, 0x5d, 0x01];

    /// <summary>True when the issuer's key and the key it vouches for signed all that the document says.</summary>
    public static bool Verify(Members document, Members proofConfiguration, byte[] proofValue, VerificationKey issuerKey, JsonLdProcessor jsonLd)
    {
        var proof = Parse(proofValue);
        if (document.Find("@context") is { } context)
            proofConfiguration.Set("@context", context);
        var statements = Relabel(document.ToRdf(jsonLd), proof.LabelMap);
        var mandatory = statements.Where((_, index) => proof.MandatoryIndexes.Contains(index));
        var disclosed = statements.Where((_, index) => !proof.MandatoryIndexes.Contains(index)).ToList();

        var proofHash = SHA256.HashData(RdfCanonicalization.Canonicalize(proofConfiguration.ToRdf(jsonLd)).NQuads);
        var mandatoryHash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(mandatory)));
        byte[] signed = [.. proofHash, .. proof.PublicKey, .. mandatoryHash];
        var statementKey = VerificationKey.FromMultibase(Multibase.EncodeBase58Btc(proof.PublicKey));
        return issuerKey.Verify(signed, proof.BaseSignature)
            && disclosed.Count == proof.Signatures.Count
            && disclosed.Zip(proof.Signatures).All(pair => statementKey.Verify(Encoding.UTF8.GetBytes(pair.First), pair.Second));
    }

    /// <summary>The canonical statements, their blank nodes under the names that the issuer gave them.</summary>
    private static List<string> Relabel(IReadOnlyList<Quad> quads, Dictionary<string, string> labelMap)
    {
        var labels = RdfCanonicalization.Canonicalize(quads).Labels;
        var lines = quads.Select(quad => new Quad(Label(quad.Subject), quad.Predicate, Label(quad.Object), Label(quad.Graph)) + "\n").ToList();
        lines.Sort(CodePointOrder.Compare);
        return lines;

        string Label(string token)
            => !Quad.IsBlank(token) ? token : labelMap.TryGetValue(labels[token], out var label) ? label : throw Invalid("It does not name each blank node.");
    }

    private static DerivedProof Parse(byte[] proofValue)
    {
        if (!proofValue.AsSpan().StartsWith(DerivedHeader))
            throw Invalid("It is not a derived proof; the holder has to derive one before showing the document.");
        var reader = new CborReader(proofValue.AsMemory(DerivedHeader.Length));
        if (reader.ReadArrayLength() != 5)
            throw Invalid("It does not have five parts.");
        var proof = new DerivedProof(reader.ReadBytes(), reader.ReadBytes(), ReadSignatures(reader), ReadLabels(reader), ReadIndexes(reader));
        reader.ExpectEnd();
        return proof;
    }

    private static List<byte[]> ReadSignatures(CborReader reader)
    {
        var count = reader.ReadArrayLength();
        var signatures = new List<byte[]>();
        for (var i = 0; i < count; i++)
            signatures.Add(reader.ReadBytes());
        return signatures;
    }

    /// <summary>Decompress Label Map (3.5.6): 0 is c14n0, and the bytes are an HMAC in base64url.</summary>
    private static Dictionary<string, string> ReadLabels(CborReader reader)
    {
        var count = reader.ReadMapLength();
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var number = reader.ReadInteger();
            if (!labels.TryAdd(string.Create(CultureInfo.InvariantCulture, $"_:c14n{number}"), "_:u" + Base64Url.EncodeToString(reader.ReadBytes())))
                throw Invalid("It names a blank node twice.");
        }
        return labels.Values.Distinct(StringComparer.Ordinal).Count() == labels.Count ? labels : throw Invalid("It gives two blank nodes one name.");
    }

    private static HashSet<int> ReadIndexes(CborReader reader)
    {
        var count = reader.ReadArrayLength();
        var indexes = new HashSet<int>();
        for (var i = 0; i < count; i++)
            indexes.Add(reader.ReadInteger());
        return indexes;
    }

    private static LinkedDataException Invalid(string why) => new("invalid proof value", "The proofValue of ecdsa-sd-2023 cannot be read: " + why);

    /// <summary>The little of CBOR (RFC 8949) that a proofValue uses: integers, byte strings, arrays and maps of definite length.</summary>
    private sealed class CborReader(ReadOnlyMemory<byte> bytes)
    {
        private int at;

        public int ReadInteger() => ReadHead(majorType: 0);

        public int ReadArrayLength() => ReadHead(majorType: 4);

        public int ReadMapLength() => ReadHead(majorType: 5);

        public byte[] ReadBytes()
        {
            var length = ReadHead(majorType: 2);
            if (length > bytes.Length - at)
                throw Invalid("A part of it claims to be longer than the whole.");
            at += length;
            return bytes.Slice(at - length, length).ToArray();
        }

        public void ExpectEnd()
        {
            if (at != bytes.Length)
                throw Invalid("Something follows its end.");
        }

        private int ReadHead(int majorType)
        {
            var head = Next();
            if (head >> 5 != majorType)
                throw Invalid("A part of it is of another kind.");
            return (head & 0x1f) switch
            {
                < 24 and var small => small,
                24 => Next(),
                25 => (Next() << 8) | Next(),
                _ => throw Invalid("A number in it is too large."),
            };
        }

        private int Next() => at < bytes.Length ? bytes.Span[at++] : throw Invalid("It ends too early.");
    }
}
