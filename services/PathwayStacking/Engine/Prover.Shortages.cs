namespace Pathways.PathwayStacking.Engine;

/// <summary>Contradictions of number: leaves that together need more than there is.</summary>
internal sealed partial class Prover
{
    private Refutation? TooFewCredentials(bool[] needed)
    {
        var leaves = new List<int>();
        var groups = new List<int>();
        for (var node = 0; node < needed.Length; node++)
        {
            if (needed[node] && _program.LeafOf[node] is >= 0 and var leaf && _program.Leaves.Count[leaf] > 0)
                leaves.Add(leaf);
            else if (needed[node] && IsPlain(node, needed))
                groups.Add(node);
        }

        _matching ??= new();
        _matching.Build(_instance, [.. leaves], [.. groups], _usable);
        if (_matching.FindShort() >= 0)
        {
            var tight = Enumerable.Range(0, _matching.Leaves).Where(_matching.IsSeen).Select(local => Given(_matching.LeafAt(local)));
            return new(RefutationKind.Count, Leaves: [.. tight.Order()]);
        }

        return TooFewWithin(leaves);
    }

    /// <summary>A cap or a limit takes away what would have been enough.</summary>
    private Refutation? TooFewWithin(List<int> needed)
    {
        for (var cap = 0; cap < _program.Caps.Length; cap++)
        {
            var rule = _program.Caps[cap];
            if (rule.Count < 0 || _program.Uses[rule.Left] > 1 || _program.Uses[rule.Right] > 1)
                continue;
            var left = needed.Where(leaf => _program.Leaves.Domain[leaf] == rule.Left).ToList();
            var right = needed.Where(leaf => _program.Leaves.Domain[leaf] == rule.Right).ToList();
            // All of both, or what competes most: the needed leaves of one side whose credentials the other side wants too.
            var supply = left.SelectMany(UsableOf).Union(right.SelectMany(UsableOf)).LongCount() + rule.Count;
            if (left.Concat(right).Sum(leaf => (long)_program.Leaves.Count[leaf]) > supply)
                return new(RefutationKind.Count, Leaves: [.. left.Concat(right).Select(Given).Order()], Within: cap);
        }

        for (var tally = 0; tally < _program.Tallies.Length; tally++)
        {
            var rule = _program.Tallies[tally];
            if (rule.Kind != TallyKind.AtMost || rule.OfCredits)
                continue;
            var below = needed.Where(rule.Leaves.Contains).Where(leaf => _program.Leaves.Domain[leaf] is >= 0 and var domain && _program.Uses[domain] == 1).ToList();
            var domains = below.Select(leaf => _program.Leaves.Domain[leaf]).Distinct().ToList();
            if (domains.Count != 1)
                continue;
            var supply = below.SelectMany(UsableOf).Distinct().ToList();
            var limited = supply.Count(credential => _instance.TallyValue(tally, credential) > 0);
            if (below.Sum(leaf => (long)_program.Leaves.Count[leaf]) > supply.Count - limited + Math.Min(limited, _instance.TallyBound(tally) / _instance.Scale))
                return new(RefutationKind.Count, _program.Given[rule.Node], Leaves: [.. below.Select(Given).Order()]);
        }

        return null;
    }

    /// <summary>A group of leaves that are not needed one by one. Its leaves must take one credential each, or a Hall set would not count them right.</summary>
    private bool IsPlain(int node, bool[] needed)
    {
        if (_program.Kind[node] != NodeKind.SomeOf || _program.Required[node] <= 0)
            return false;
        foreach (var child in _program.ChildrenOf(node))
        {
            if (needed[child] || _excluded[child] || _program.Parent[child] < 0 || _program.LeafOf[child] < 0 || _program.Leaves.Count[_program.LeafOf[child]] != 1)
                return false;
        }

        return true;
    }

    internal Refutation? TooDear(bool[] alive)
        => (_pricing ??= new(_instance)).Find(_usable, _used, _assumed, alive) is { } prices ? new(RefutationKind.Prices, Prices: prices) : null;

    private Refutation? TooFewCredits(bool[] needed)
    {
        var byDomain = Enumerable.Range(0, _program.LeafCount)
            .Where(leaf => needed[_program.Leaves.Node[leaf]] && _instance.Demand(leaf) > 0)
            .GroupBy(leaf => _program.Leaves.Domain[leaf] is >= 0 and var domain ? domain : -1 - leaf);
        foreach (var domain in byDomain)
        {
            var uses = domain.Key < 0 ? 1 : _program.Uses[domain.Key];
            var leaves = domain.ToList();
            var supply = leaves.SelectMany(UsableOf).CountBy(credential => credential).Sum(credential => _instance.CreditsOf(credential.Key) * Math.Min(uses, credential.Value));
            if (leaves.Sum(_instance.Demand) > supply)
                return new(RefutationKind.Credits, Leaves: [.. leaves.Select(Given)]);
        }

        return null;
    }
}
