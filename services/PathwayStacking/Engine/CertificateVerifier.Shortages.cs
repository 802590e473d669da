namespace Pathways.PathwayStacking.Engine;

/// <summary>Whether leaves together ask for more than there is for any of them.</summary>
public sealed partial class CertificateVerifier
{
    /// <summary>How many credentials must come to these leaves: what is needed, less what leaves outside could take on.</summary>
    private long Asked(HashSet<int> leaves)
    {
        var asked = leaves.Where(leaf => _needed[leaf]).Sum(leaf => (long)((Leaf)_nodes[leaf]).Count);
        for (var node = 0; node < _nodes.Length; node++)
        {
            if (!_needed[node] || _nodes[node] is not SomeOf group)
                continue;
            var children = _graph.ChildrenOf(node).ToArray();
            // Leaves needed by themselves are counted already, and one that two groups share must not count twice.
            if (Array.TrueForAll(children, child => _nodes[child] is Leaf { Count: > 0 } && !_graph.IsShared(child) && !_needed[child]))
                asked += Math.Max(0, group.Required - children.Count(child => !leaves.Contains(child)));
        }

        return asked;
    }

    /// <summary>How many uses there can be in these leaves at most.</summary>
    private long Supply(Refutation proof, HashSet<int> leaves)
    {
        var uses = leaves.SelectMany(leaf => Usable(leaf).Select(credential => (Place: _domain[leaf] >= 0 ? _domain[leaf] : -1 - leaf, Credential: credential)))
            .CountBy(use => use)
            .Select(use => (use.Key.Place, use.Key.Credential, Times: (long)Math.Min(use.Value, use.Key.Place < 0 ? 1 : _domainUses[use.Key.Place])))
            .ToList();
        var all = uses.Sum(use => use.Times);
        if (proof.Within is { } cap && (uint)cap < (uint)_caps.Length && _caps[cap].Count is { } most)
        {
            // Of what both sides could use, all but so many serve one side only: the side where they serve more often.
            var (left, right) = _capDomains[cap];
            var saved = uses.Where(use => use.Place == left || use.Place == right).GroupBy(use => use.Credential).Where(both => both.Count() == 2).Select(both => both.Min(use => use.Times));
            return all - saved.Order().SkipLast(most).Sum();
        }

        if ((uint)proof.Node < (uint)_nodes.Length && _nodes[proof.Node] is Limit { Count: { } limit } rule && leaves.IsSubsetOf(_below[proof.Node]))
        {
            var limited = uses.Where(use => IsOf(rule, use.Credential, _certainOnly)).GroupBy(use => use.Credential).Select(use => use.Sum(times => times.Times));
            return all - limited.Order().SkipLast(limit).Sum();
        }

        return all;
    }

    private bool TooFewCredits(IReadOnlyList<int> leaves, bool certainOnly)
    {
        if (leaves.Distinct().Count() != leaves.Count || leaves.Any(leaf => (uint)leaf >= (uint)_nodes.Length || _nodes[leaf] is not Leaf || !_needed[leaf]))
            return false;
        var domain = _domain[leaves[0]];
        if (leaves.Any(leaf => _domain[leaf] != domain) || (domain < 0 && leaves.Count > 1))
            return false;
        var uses = domain < 0 ? 1 : _domainUses[domain];
        var asked = leaves.Aggregate(Int128.Zero, (sum, leaf) => sum + Whole(((Leaf)_nodes[leaf]).Credits));
        var supply = leaves.SelectMany(Usable).CountBy(credential => credential)
            .Aggregate(Int128.Zero, (sum, credential) => sum + ((Int128)Whole(Worth(credential.Key, certainOnly)) * Math.Min(uses, credential.Value)));
        return asked > supply;
    }
}
