using System.Diagnostics;
using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Benchmarks.Engine;

/// <summary>
/// The peer: plain enumeration, as degreepath does it. Every combination of children, times every solution of each child, a sum of
/// credits being every subset of what is eligible; each is audited, and the first that holds is taken.
/// </summary>
internal sealed class Enumeration(Shape shape, TimeSpan timeout)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ILookup<int, int> _eligible = shape.Credentials.Index()
        .SelectMany(credential => credential.Item.Eligible.Select(eligible => (eligible.Leaf, credential.Index)))
        .ToLookup(pair => pair.Leaf, pair => pair.Index);

    /// <summary>Null when the time ran out.</summary>
    public bool? Audit()
    {
        try
        {
            return Solutions(shape.Graph.Nodes[shape.Graph.Root]).Any(solution => solution is not null && IsLegal(solution));
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Deep in the products, where nobody asks for the next solution for seconds.</summary>
    private void StopWhenLate()
    {
        if (_clock.Elapsed > timeout)
            throw new TimeoutException();
    }

    private bool IsLegal(IReadOnlyList<Use> uses)
    {
        var claimed = new HashSet<(string, int)>();
        return uses.All(use => ((Leaf)shape.Graph.Nodes[use.Leaf]).Domain is not { } domain || claimed.Add((domain, use.Credential)));
    }

    private IEnumerable<IReadOnlyList<Use>?> Solutions(Requirement node) => node switch
    {
        Leaf leaf => LeafSolutions(leaf),
        SomeOf group => Combinations([.. group.Children], group.Required).SelectMany(children => Product(children, 0)),
        _ => [null],
    };

    private IEnumerable<IReadOnlyList<Use>?> LeafSolutions(Leaf leaf)
    {
        var node = shape.Graph.IndexOf(leaf.Key);
        var candidates = _eligible[node].ToArray();
        if (leaf.Credits.Sign == 0)
            return Combinations(candidates, leaf.Count).Select(chosen => (IReadOnlyList<Use>?)[.. chosen.Select(credential => new Use(node, credential))]);
        return Enumerable.Range(1, candidates.Length).SelectMany(size => Combinations(candidates, size))
            .Where(chosen => chosen.Aggregate(Rational.Zero, (sum, credential) => sum + shape.Credentials[credential].Credits) >= leaf.Credits)
            .Select(chosen => (IReadOnlyList<Use>?)[.. chosen.Select(credential => new Use(node, credential))]);
    }

    private IEnumerable<IReadOnlyList<Use>?> Product(IReadOnlyList<Requirement> children, int from)
    {
        if (from == children.Count)
        {
            yield return [];
            yield break;
        }

        foreach (var first in Solutions(children[from]))
        {
            foreach (var rest in Product(children, from + 1))
            {
                StopWhenLate();
                yield return first is null || rest is null ? null : [.. first, .. rest];
            }
        }
    }

    private IEnumerable<IReadOnlyList<T>> Combinations<T>(IReadOnlyList<T> items, int size, int from = 0)
    {
        StopWhenLate();
        if (size <= 0)
        {
            yield return [];
            yield break;
        }

        for (var index = from; index + size <= items.Count; index++)
        {
            foreach (var rest in Combinations(items, size - 1, index + 1))
            {
                StopWhenLate();
                yield return [items[index], .. rest];
            }
        }
    }
}
