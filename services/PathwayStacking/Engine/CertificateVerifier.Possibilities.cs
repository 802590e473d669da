using System.Numerics;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What could still be satisfied under the assumptions made, if each node had every credential for itself; and what then must be.</summary>
public sealed partial class CertificateVerifier
{
    /// <summary>Whether each node could be satisfied if it had every credential for itself, and what must be for the root to be.</summary>
    private void Judge(bool certainOnly)
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            _possible[node] = !_excluded[node] && _nodes[node] switch
            {
                Leaf leaf => CouldFill(node, leaf, certainOnly),
                SomeOf group => CountPossible(node) >= group.Required,
                Tally tally => _possible[_graph.ChildrenOf(node)[0]] && CouldReach(node, tally, certainOnly),
                _ => !certainOnly,
            };
            _needed[node] = _satisfied[node];
        }

        _needed[_graph.Root] = true;
        for (var node = _nodes.Length - 1; node >= 0; node--)
        {
            if (!_needed[node] || (_nodes[node] is SomeOf group && CountPossible(node) != group.Required))
                continue;
            foreach (var child in _graph.ChildrenOf(node))
                _needed[child] |= _possible[child];
        }
    }

    private bool CouldFill(int node, Leaf leaf, bool certainOnly)
    {
        var count = 0;
        for (var word = 0; word < _words; word++)
            count += BitOperations.PopCount(_usable[(node * _words) + word]);
        return Math.Min(count, leaf.Maximum) >= leaf.Count && (leaf.Credits.Sign == 0 || Largest(node, count, leaf.Maximum, certainOnly) >= Whole(leaf.Credits));
    }

    private Int128 Largest(Leaf leaf, IReadOnlyList<int> usable, bool certainOnly)
    {
        var worth = usable.Select(credential => Whole(Worth(credential, certainOnly))).OrderDescending().Take(leaf.Maximum);
        return worth.Aggregate(Int128.Zero, (sum, next) => sum + next);
    }

    private int CountPossible(int node)
    {
        var count = 0;
        foreach (var child in _graph.ChildrenOf(node))
            count += _possible[child] ? 1 : 0;
        return count;
    }

    /// <summary>With everything that could still be used below; what is assumed used counts, whether it helps or harms.</summary>
    private bool CouldReach(int node, Tally tally, bool certainOnly)
    {
        if (tally is Limit)
            return true;
        var leaves = PossibleLeavesBelow(node);
        var sure = _assumed.Where(use => _below[node].Contains(use.Leaf)).Select(use => use.Credential).Distinct().Where(credential => IsOf(tally, credential, certainOnly)).ToList();
        var maybe = leaves.SelectMany(Usable).Distinct().Where(credential => IsOf(tally, credential, certainOnly)).Except(sure).ToList();
        switch (tally)
        {
            case MinimumCredits minimum:
                var byLeaf = leaves.Aggregate(Int128.Zero, (sum, leaf) => sum + Largest((Leaf)_nodes[leaf], [.. Usable(leaf).Where(credential => IsOf(tally, credential, certainOnly))], certainOnly));
                var all = sure.Concat(maybe).Aggregate(Int128.Zero, (sum, credential) => sum + Whole(Worth(credential, certainOnly)));
                return Int128.Min(byLeaf, all) >= Whole(minimum.Credits);
            case MinimumCount minimum:
                var places = leaves.Sum(leaf => (long)Math.Min(((Leaf)_nodes[leaf]).Maximum, Usable(leaf).Count(credential => IsOf(tally, credential, certainOnly))));
                return Math.Min(places, sure.Count + maybe.Count) >= minimum.Count;
            case MinimumAverage average:
                var sum = sure.Aggregate(Rational.Zero, (total, credential) => total + Above(average, credential));
                return maybe.Aggregate(sum, (total, credential) => total + Rational.Max(0, Above(average, credential))).Sign >= 0;
            default:
                return false;
        }
    }

    private Rational Above(MinimumAverage average, int credential)
        => _credentials[credential].Facts?.Points is { } points ? _credentials[credential].Credits * (points - average.Points) : 0;

    private List<int> PossibleLeavesBelow(int top)
    {
        var below = new List<int>();
        var open = new Stack<int>([_graph.ChildrenOf(top)[0]]);
        while (open.TryPop(out var node))
        {
            if (!_possible[node])
                continue;
            if (_nodes[node] is Leaf)
                below.Add(node);
            foreach (var child in _graph.ChildrenOf(node))
                open.Push(child);
        }

        return [.. below.Distinct()];
    }
}
