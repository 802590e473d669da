using System.Security.Cryptography;
using System.Text;

namespace Pathways.LinkedData.Rdf;

/// <summary>A dataset in canonical form, and the canonical label that each blank node got.</summary>
/// <param name="NQuads">Canonical N-Quads, sorted, each line ended by a line feed.</param>
/// <param name="Labels">From <c>_:label</c> of the input to <c>_:c14n0</c> …</param>
public sealed record CanonicalDataset(byte[] NQuads, IReadOnlyDictionary<string, string> Labels);

/// <summary>
/// RDF Dataset Canonicalization 1.0 (RDFC-1.0, 4.4.3). The numbers are the specification's steps. Blank nodes that look alike cost
/// time that grows with their permutations; <paramref name="maxWork"/> bounds it.
/// </summary>
public sealed class RdfCanonicalization
{
    /// <summary>
    /// Labels handled by Hash N-Degree Quads. The costliest honest graph among the published tests needs less than half of it; the poison
    /// graph, a ring or a clique of nodes that look alike run into it within some hundredths of a second.
    /// </summary>
    public const int DefaultMaxWork = 100_000;

    private readonly HashAlgorithmName hashAlgorithm;
    private readonly IReadOnlyList<Quad> quads;
    private readonly Dictionary<string, BlankNode> nodes = new(StringComparer.Ordinal);
    private readonly LabelIssuer canonical = new("_:c14n");
    private readonly QuadWriter writer;
    private int workLeft;

    private RdfCanonicalization(IReadOnlyList<Quad> quads, HashAlgorithmName hashAlgorithm, int maxWork, QuadWriter writer)
        => (this.quads, this.hashAlgorithm, workLeft, this.writer) = (quads, hashAlgorithm, maxWork, writer);

    public static CanonicalDataset Canonicalize(IReadOnlyList<Quad> quads, HashAlgorithmName? hash = null, int maxWork = DefaultMaxWork)
    {
        using var lines = new QuadWriter();
        return new RdfCanonicalization(quads, hash ?? HashAlgorithmName.SHA256, maxWork, lines).Run();
    }

    private CanonicalDataset Run()
    {
        CollectBlankNodes(); // 2
        var sameHash = new SortedDictionary<string, List<BlankNode>>(StringComparer.Ordinal);
        foreach (var node in nodes.Values) // 3
        {
            node.FirstDegreeHash = HashFirstDegreeQuads(node);
            if (!sameHash.TryGetValue(node.FirstDegreeHash, out var list))
                sameHash[node.FirstDegreeHash] = list = [];
            list.Add(node);
        }
        foreach (var list in sameHash.Values.Where(list => list.Count == 1)) // 4
            canonical.Issue(list[0].Label);
        foreach (var list in sameHash.Values.Where(list => list.Count > 1)) // 5
            IssueByNDegree(list);
        return new CanonicalDataset(WriteCanonical(), canonical.Issued); // 6
    }

    private void CollectBlankNodes()
    {
        foreach (var quad in quads)
        {
            Collect(quad.Subject, quad);
            if (quad.Object != quad.Subject)
                Collect(quad.Object, quad);
            if (quad.Graph != quad.Subject && quad.Graph != quad.Object)
                Collect(quad.Graph, quad);
        }
    }

    private void Collect(string token, Quad quad)
    {
        if (!Quad.IsBlank(token))
            return;
        if (!nodes.TryGetValue(token, out var node))
            nodes[token] = node = new BlankNode(token);
        node.Quads.Add(quad);
    }

    private void IssueByNDegree(List<BlankNode> list)
    {
        var paths = new List<(string Hash, LabelIssuer Issuer)>();
        foreach (var node in list)
        {
            if (canonical.Has(node.Label))
                continue;
            var issuer = new LabelIssuer("_:b");
            issuer.Issue(node.Label);
            paths.Add(HashNDegreeQuads(node, issuer));
        }
        foreach (var (_, issuer) in paths.OrderBy(path => path.Hash, StringComparer.Ordinal))
        {
            foreach (var label in issuer.InOrder)
                canonical.Issue(label);
        }
    }

    /// <summary>Hash First Degree Quads (4.6.3).</summary>
    private string HashFirstDegreeQuads(BlankNode node)
    {
        var anonymous = node.Quads.ConvertAll(quad => new Quad(
            Anonymous(quad.Subject, node.Label), quad.Predicate, Anonymous(quad.Object, node.Label), Anonymous(quad.Graph, node.Label)));
        anonymous.Sort(QuadOrder.Instance);
        writer.Clear();
        foreach (var quad in anonymous)
            writer.Write(quad);
        return Hash(writer.Written);
    }

    private static string Anonymous(string token, string self) => !Quad.IsBlank(token) ? token : token == self ? "_:a" : "_:z";

    /// <summary>Hash Related Blank Node (4.7.3).</summary>
    private string HashRelatedBlankNode(string related, Quad quad, LabelIssuer issuer, char position)
    {
        var label = canonical.Find(related) ?? issuer.Find(related) ?? nodes[related].FirstDegreeHash;
        return Hash(position == 'g' ? $"g{label}" : $"{position}{quad.Predicate}{label}");
    }

    /// <summary>Hash N-Degree Quads (4.8.3).</summary>
    private (string Hash, LabelIssuer Issuer) HashNDegreeQuads(BlankNode node, LabelIssuer issuer)
    {
        var related = new SortedDictionary<string, List<string>>(StringComparer.Ordinal); // 1 – 3
        foreach (var quad in node.Quads)
        {
            Relate(quad.Subject, 's');
            Relate(quad.Object, 'o');
            Relate(quad.Graph, 'g');

            void Relate(string token, char position)
            {
                if (!Quad.IsBlank(token) || token == node.Label)
                    return;
                Work(1);
                var hash = HashRelatedBlankNode(token, quad, issuer, position);
                if (!related.TryGetValue(hash, out var list))
                    related[hash] = list = [];
                list.Add(token);
            }
        }

        var data = new StringBuilder(); // 4
        foreach (var (hash, list) in related) // 5
        {
            data.Append(hash);
            var (path, chosen) = ShortestPath(list, issuer);
            data.Append(path);
            issuer = chosen;
        }
        return (Hash(data.ToString()), issuer); // 6
    }

    /// <summary>5.4: of all the orders in which these blank nodes can be visited, the one with the least path.</summary>
    private (string Path, LabelIssuer Issuer) ShortestPath(List<string> list, LabelIssuer issuer)
    {
        string? chosenPath = null;
        LabelIssuer? chosenIssuer = null;
        foreach (var permutation in Permutations.Of(list))
        {
            Work(list.Count + issuer.InOrder.Count);
            if (TryPath(permutation, issuer.Clone(), chosenPath) is not var (path, copy))
                continue;
            if (chosenPath is null || string.CompareOrdinal(path, chosenPath) < 0)
                (chosenPath, chosenIssuer) = (path, copy);
        }
        return (chosenPath!, chosenIssuer!);
    }

    /// <summary>5.4.1 – 5.4.5; null when the path cannot become the least one.</summary>
    private (string Path, LabelIssuer Issuer)? TryPath(IReadOnlyList<string> permutation, LabelIssuer issuer, string? chosenPath)
    {
        var path = new StringBuilder();
        var recursion = new List<string>();
        foreach (var related in permutation)
        {
            if (canonical.Find(related) is { } label)
                path.Append(label);
            else
            {
                if (!issuer.Has(related))
                    recursion.Add(related);
                path.Append(issuer.Issue(related));
            }
            if (CannotBeLeast(path, chosenPath))
                return null;
        }
        foreach (var related in recursion)
        {
            var (hash, resultIssuer) = HashNDegreeQuads(nodes[related], issuer);
            path.Append(issuer.Issue(related)).Append('<').Append(hash).Append('>');
            issuer = resultIssuer;
            if (CannotBeLeast(path, chosenPath))
                return null;
        }
        return (path.ToString(), issuer);
    }

    private static bool CannotBeLeast(StringBuilder path, string? chosen)
        => chosen is not null && path.Length >= chosen.Length && string.CompareOrdinal(path.ToString(), chosen) > 0;

    private byte[] WriteCanonical()
    {
        var labelled = new Quad[quads.Count];
        for (var i = 0; i < labelled.Length; i++)
        {
            var quad = quads[i];
            labelled[i] = new Quad(Label(quad.Subject), quad.Predicate, Label(quad.Object), Label(quad.Graph));
        }
        Array.Sort(labelled, QuadOrder.Instance);
        writer.Clear();
        foreach (var quad in labelled)
            writer.Write(quad);
        return writer.Written.ToArray();
    }

    private string Label(string token) => Quad.IsBlank(token) ? canonical.Find(token)! : token;

    private void Work(int amount)
    {
        if ((workLeft -= amount) < 0)
            throw new LinkedDataException("too much work", "The document has too many blank nodes that look alike: give them ids or distinct content.");
    }

    private string Hash(string text) => Hash(Encoding.UTF8.GetBytes(text));

    private string Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[64];
        return Convert.ToHexStringLower(hash[..CryptographicOperations.HashData(hashAlgorithm, bytes, hash)]);
    }

    private sealed class BlankNode(string label)
    {
        public string Label { get; } = label;

        public List<Quad> Quads { get; } = [];

        public string FirstDegreeHash { get; set; } = "";
    }
}
