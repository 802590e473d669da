namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Branch and bound over single uses, for leaves that ask for credits and for minima of credits, where credentials do not divide.
/// A token is a credential within a domain: it goes to one leaf, or to none and is left to the matching.
/// </summary>
internal sealed class TokenSearch
{
    private readonly Instance _instance;
    private readonly RequirementGraph _graph;
    private readonly Matching _rest;
    private readonly Budget _budget;
    private readonly int[] _leaves;
    private readonly long[] _demand;
    private readonly int[] _count;
    private readonly long[] _credits;
    private readonly (int Credential, int Domain, int[] Leaves)[] _tokens;
    private readonly int[] _assigned;
    private readonly bool[] _twin;
    private readonly int[][] _minimumsOf;
    private readonly long[] _minimumDemand;
    private readonly long[] _minimumCredits;
    private readonly int[][] _timesCounted;
    private readonly int[] _kind;
    private readonly int[][] _countLeft;
    private readonly long[][] _largestLeft;
    private readonly long[] _supplyLeft;
    private readonly long[][] _creditsLeft;
    private readonly long[][] _minimumLeft;
    private readonly HashSet<(int Domain, int Credential)> _blocked = [];
    private Cost _fixed;
    private Cost _restFloor;
    private long _lowest;
    private Cost _best;
    private Action<Cost, IReadOnlyList<(int, int[])>> _improve = static (_, _) => { };

    public TokenSearch(Instance instance, List<int> leaves, List<int> minimums, Matching rest, Budget budget)
    {
        _instance = instance;
        _graph = instance.Graph;
        _rest = rest;
        _budget = budget;
        _leaves = [.. leaves];
        _demand = [.. leaves.Select(instance.Demand)];
        _count = new int[_leaves.Length];
        _credits = new long[_leaves.Length];
        _minimumsOf = [.. leaves.Select(leaf => minimums.Index().Where(minimum => IsBelow(leaf, minimum.Item)).Select(minimum => minimum.Index).ToArray())];
        _minimumDemand = [.. minimums.Select(instance.Demand)];
        _minimumCredits = new long[minimums.Count];
        _timesCounted = [.. minimums.Select(_ => new int[instance.Credits.Length])];
        _tokens = [.. _leaves.Index()
            .SelectMany(leaf => instance.Eligible[leaf.Item].Select(credential => (credential, domain: _graph.DomainOf(leaf.Item), leaf.Index)))
            .GroupBy(use => (use.credential, use.domain), use => use.Index)
            .Select(use => (use.Key.credential, use.Key.domain, use.ToArray()))
            .OrderByDescending(token => instance.Credits[token.credential])
            .ThenBy(token => token.domain).ThenBy(token => string.Join(',', token.Item3), StringComparer.Ordinal).ThenBy(token => token.credential)];
        _assigned = new int[_tokens.Length];
        _twin = [.. _tokens.Select((token, index) => index > 0 && AreTwins(_tokens[index - 1], token))];
        _kind = Kinds(instance);
        _countLeft = Suffixes<int>((token, leaf) => _tokens[token].Leaves.Contains(leaf) ? 1 : 0);
        _creditsLeft = Suffixes((token, leaf) => _tokens[token].Leaves.Contains(leaf) ? _instance.Credits[_tokens[token].Credential] : 0L);
        _largestLeft = [.. _creditsLeft.Select(left => Enumerable.Range(0, left.Length).Select(token => token + 1 < left.Length ? Math.Max(1, LargestFrom(left, token)) : 1).ToArray())];
        _supplyLeft = new long[_tokens.Length + 1];
        for (var token = _tokens.Length - 1; token >= 0; token--)
            _supplyLeft[token] = _supplyLeft[token + 1] + instance.Credits[_tokens[token].Credential];
        _minimumLeft = MinimumSuffixes();
    }

    public void Run(Cost @fixed, Cost best, Action<Cost, IReadOnlyList<(int Leaf, int[] Taken)>> improve)
    {
        (_fixed, _best, _improve) = (@fixed, best, improve);
        _restFloor = _rest.Run(blocked: null);
        _lowest = (_fixed + _restFloor + Floor(token: 0, used: 0)).Missing;
        Explore(token: 0, used: 0);
    }

    private void Explore(int token, long used)
    {
        var floor = _fixed + _restFloor + Floor(token, used);
        if (floor >= _best || (!_budget.Spend(refining: _best.Missing == _lowest) && _best != Cost.Worst))
            return;
        if (token == _tokens.Length)
        {
            var cost = _fixed + Floor(token, used) + _rest.Run((domain, credential) => _blocked.Contains((domain, credential)));
            if (cost >= _best)
                return;
            _best = cost;
            _improve(cost, [.. _leaves.Index().Select(leaf => (leaf.Item, Enumerable.Range(0, token).Where(index => _assigned[index] == leaf.Index).Select(index => _tokens[index].Credential).ToArray()))]);
            return;
        }

        var (credential, domain, leaves) = _tokens[token];
        // Twins go to leaves in order, so that swapping them is not tried; the last place is nowhere.
        var from = _twin[token] ? _assigned[token - 1] : 0;
        foreach (var leaf in leaves)
        {
            if (leaf < from || !IsUseful(leaf, credential) || HasTriedLike(leaf, leaves, from))
                continue;
            Put(token, leaf, credential, domain, +1);
            Explore(token + 1, used + _instance.UseOf(_leaves[leaf], credential));
            Put(token, leaf, credential, domain, -1);
        }

        _assigned[token] = int.MaxValue;
        Explore(token + 1, used);
    }

    /// <summary>Of leaves that ask for the same of the same credentials, and have the same so far, one is tried.</summary>
    private bool HasTriedLike(int leaf, int[] leaves, int from)
    {
        foreach (var other in leaves)
        {
            if (other == leaf)
                return false;
            if (other >= from && _kind[other] == _kind[leaf] && _count[other] == _count[leaf] && _credits[other] == _credits[leaf])
                return true;
        }

        return false;
    }

    private bool IsUseful(int leaf, int credential)
    {
        var requirement = (Leaf)_graph.Nodes[_leaves[leaf]];
        if (_count[leaf] >= requirement.Maximum)
            return false;
        if (_count[leaf] < requirement.Count || _credits[leaf] < _demand[leaf])
            return true;
        foreach (var minimum in _minimumsOf[leaf])
        {
            if (_minimumCredits[minimum] < _minimumDemand[minimum] && _timesCounted[minimum][credential] == 0)
                return true;
        }

        return false;
    }

    private void Put(int token, int leaf, int credential, int domain, int sign)
    {
        _assigned[token] = leaf;
        _count[leaf] += sign;
        _credits[leaf] += sign * _instance.Credits[credential];
        foreach (var minimum in _minimumsOf[leaf])
        {
            var before = _timesCounted[minimum][credential];
            _timesCounted[minimum][credential] = before + sign;
            if (before == 0 || before + sign == 0)
                _minimumCredits[minimum] += sign * _instance.Credits[credential];
        }

        if (sign > 0)
            _blocked.Add((domain, credential));
        else
            _blocked.Remove((domain, credential));
    }

    /// <summary>
    /// What is missing at least when all tokens from here on go wherever they help, and how many uses that takes at least. Leaf by leaf; and for all
    /// leaves together, because no token helps two of them.
    /// </summary>
    private Cost Floor(int token, long used)
    {
        var missing = 0L;
        var asked = 0L;
        var soFar = used;
        var lightest = long.MaxValue;
        for (var leaf = 0; leaf < _leaves.Length; leaf++)
        {
            var requirement = (Leaf)_graph.Nodes[_leaves[leaf]];
            var more = Math.Min(_countLeft[leaf][token], requirement.Maximum - _count[leaf]);
            var left = more > 0 ? _creditsLeft[leaf][token] : 0;
            missing += _instance.MissingOf(requirement, _demand[leaf], _count[leaf] + more, _credits[leaf] + left);
            var open = Math.Max(0, _demand[leaf] - _credits[leaf]);
            asked += open;
            lightest = Math.Min(lightest, requirement.Weight);
            var largest = _largestLeft[leaf][token];
            used += Math.Max(Math.Max(0, Math.Min(more, requirement.Count - _count[leaf])), (Math.Min(open, left) + largest - 1) / largest);
        }

        // Together they may miss more than each by itself; how many uses that leaves to each is open.
        if (_leaves.Length > 0 && (asked - _supplyLeft[token]) * lightest > missing)
            (missing, used) = ((asked - _supplyLeft[token]) * lightest, soFar);
        for (var minimum = 0; minimum < _minimumDemand.Length; minimum++)
            missing += Math.Max(0, _minimumDemand[minimum] - _minimumCredits[minimum] - _minimumLeft[minimum][token]);
        return new(missing, used);
    }

    /// <summary>The tokens come largest first, so the next one that a leaf may take is its largest.</summary>
    private static long LargestFrom(long[] left, int token)
    {
        while (token + 1 < left.Length && left[token] == left[token + 1])
            token++;
        return token + 1 < left.Length ? left[token] - left[token + 1] : 0;
    }

    private int[] Kinds(Instance instance)
    {
        var kinds = new Dictionary<string, int>();
        return [.. _leaves.Select((leaf, index) =>
        {
            var requirement = (Leaf)_graph.Nodes[leaf];
            var uses = string.Join(',', instance.Eligible[leaf].Order().Select(credential => $"{credential}:{instance.UseOf(leaf, credential)}"));
            var kind = $"{_graph.DomainOf(leaf)} {requirement.Count} {_demand[index]} {requirement.Maximum} {requirement.Weight} {string.Join(',', _minimumsOf[index])} {uses}";
            return kinds.TryGetValue(kind, out var known) ? known : kinds[kind] = kinds.Count;
        })];
    }

    private T[][] Suffixes<T>(Func<int, int, T> of)
        where T : System.Numerics.INumber<T>
        => [.. Enumerable.Range(0, _leaves.Length).Select(leaf =>
        {
            var left = new T[_tokens.Length + 1];
            for (var token = _tokens.Length - 1; token >= 0; token--)
                left[token] = left[token + 1] + of(token, leaf);
            return left;
        })];

    private long[][] MinimumSuffixes()
        => [.. Enumerable.Range(0, _minimumDemand.Length).Select(minimum =>
        {
            var left = new long[_tokens.Length + 1];
            var seen = new HashSet<int>();
            for (var token = _tokens.Length - 1; token >= 0; token--)
            {
                var helps = _tokens[token].Leaves.Any(leaf => _minimumsOf[leaf].Contains(minimum)) && seen.Add(_tokens[token].Credential);
                left[token] = left[token + 1] + (helps ? _instance.Credits[_tokens[token].Credential] : 0);
            }

            return left;
        })];

    private bool AreTwins((int Credential, int Domain, int[] Leaves) left, (int Credential, int Domain, int[] Leaves) right)
        => left.Domain == right.Domain && _instance.Credits[left.Credential] == _instance.Credits[right.Credential] && left.Leaves.AsSpan().SequenceEqual(right.Leaves)
            && left.Leaves.All(leaf => _instance.UseOf(_leaves[leaf], left.Credential) == _instance.UseOf(_leaves[leaf], right.Credential))
            && IsOnlyHere(left.Credential, left.Domain) && IsOnlyHere(right.Credential, right.Domain);

    /// <summary>A token that the matching wants too, or whose credential has other tokens here, is like no other.</summary>
    private bool IsOnlyHere(int credential, int domain)
        => _tokens.Count(token => token.Credential == credential) == 1 && !_rest.Wants(domain, credential);

    private bool IsBelow(int node, int ancestor)
    {
        var below = new Stack<int>([ancestor]);
        while (below.TryPop(out var next))
        {
            if (next == node)
                return true;
            foreach (var child in _graph.ChildrenOf(next))
                below.Push(child);
        }

        return false;
    }
}
