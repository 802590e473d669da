using System.Numerics;

namespace Pathways.PathwayStacking.Engine;

/// <summary>One graph with one set of credentials and one reading of "may it count": whole numbers, ready to search.</summary>
internal sealed class Instance
{
    /// <summary>What an uncertain use and an attestation cost in uses: whatever stands without them comes first.</summary>
    public const int DoubtfulUse = 1_000;

    public const int AttestationUse = 1_000_000;

    private readonly HashSet<(int Leaf, int Credential)> _doubtful = [];

    /// <param name="possible">The optimistic reading: attestations are given, uncertain credentials count.</param>
    public Instance(RequirementGraph graph, IReadOnlyList<Credential> credentials, bool possible)
    {
        Graph = graph;
        AttestationsHold = possible;
        Scale = CommonDenominator(graph, credentials);
        Credits = [.. credentials.Select(credential => Scaled(credential.Worth(possible)))];
        CertainCredits = possible ? [.. credentials.Select(credential => Scaled(credential.Credits))] : Credits;
        var eligible = new List<int>?[graph.Nodes.Count];
        for (var credential = 0; credential < credentials.Count; credential++)
        {
            foreach (var (leaf, certain) in credentials[credential].Eligible)
            {
                IsOpenToDoubt |= !certain;
                if (!certain && !possible)
                    continue;
                (eligible[leaf] ??= []).Add(credential);
                if (!certain)
                    _doubtful.Add((leaf, credential));
            }
        }

        IsOpenToDoubt |= graph.HasAttestations || credentials.Any(credential => credential.PossibleCredits > credential.Credits);
        // Largest credit first needs the fewest credentials; among equals the caller's order decides.
        Eligible = new int[eligible.Length][];
        for (var leaf = 0; leaf < eligible.Length; leaf++)
        {
            Eligible[leaf] = eligible[leaf] switch
            {
                null => [],
                [var only] => [only],
                var list => [.. list.OrderBy(credential => UseOf(leaf, credential)).ThenByDescending(credential => Credits[credential])],
            };
        }
    }

    /// <summary>Whether the generous reading can differ from the strict one.</summary>
    public bool IsOpenToDoubt { get; }

    public RequirementGraph Graph { get; }

    public bool AttestationsHold { get; }

    /// <summary>Credits times this are whole numbers. A missing credential weighs as much as a missing credit.</summary>
    public long Scale { get; }

    /// <summary>By credential, scaled.</summary>
    public long[] Credits { get; }

    /// <summary>The same in the strict reading.</summary>
    public long[] CertainCredits { get; }

    /// <summary>By leaf: its credentials, certain ones first, then the largest credit.</summary>
    public int[][] Eligible { get; }

    public bool IsDoubtful(int leaf, int credential) => _doubtful.Count > 0 && _doubtful.Contains((leaf, credential));

    public int UseOf(int leaf, int credential) => IsDoubtful(leaf, credential) ? DoubtfulUse : 1;

    public long Demand(int node) => Scaled(Graph.Nodes[node] switch
    {
        Leaf leaf => leaf.Credits,
        MinimumCredits minimum => minimum.Credits,
        _ => 0,
    });

    public long MissingOf(Leaf leaf, long demand, long count, long credits)
        => checked(((Math.Max(0, leaf.Count - count) * Scale) + Math.Max(0, demand - credits)) * leaf.Weight);

    private long Scaled(Kernel.Credit.Rational value) => checked(value.Numerator * (Scale / value.Denominator));

    private static long CommonDenominator(RequirementGraph graph, IReadOnlyList<Credential> credentials)
    {
        var denominators = credentials.SelectMany(credential => new[] { credential.Credits.Denominator, credential.Worth(possible: true).Denominator }).Concat(graph.CreditDenominators);
        return denominators.Aggregate(1L, (common, next) => checked(common / (long)BigInteger.GreatestCommonDivisor(common, next) * next));
    }
}
