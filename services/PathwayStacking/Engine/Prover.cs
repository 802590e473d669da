using System.Numerics;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Builds a <see cref="Refutation"/>. It looks for a contradiction in what must be satisfied, and where there is none yet, assumes: first about choices,
/// then about single uses. The proof stands on its own; if the search that found the verdict were wrong, no proof would come out,
/// and <see cref="WasCut"/> tells that from a proof that would be too long.
/// </summary>
internal sealed partial class Prover
{
    private readonly Instance _instance;
    private readonly FlatGraph _program;
    private readonly int _maxSteps;
    private readonly bool[] _assumed;
    private readonly bool[] _excluded;
    private readonly ulong[] _usable;
    private readonly List<(int Leaf, int Credential)> _used = [];
    private Matching? _matching;
    private Pricing? _pricing;
    private int _steps;
    private int _depth;

    // A proof is stored as JSON, which readers follow 64 levels deep.
    private const int MostDepth = 48;

    public Prover(Instance instance, int maxSteps)
    {
        (_instance, _program, _maxSteps) = (instance, instance.FlatGraph, maxSteps);
        _assumed = new bool[_program.Nodes];
        _excluded = new bool[_program.Nodes];
        _usable = new ulong[_program.LeafCount * instance.Words];
        for (var leaf = 0; leaf < _program.LeafCount; leaf++)
        {
            for (var word = 0; word < instance.Words; word++)
                _usable[(leaf * instance.Words) + word] = instance.Eligible(leaf, word);
            ForbidWhatExceedsAlone(leaf);
        }
    }

    /// <summary>Steps or depth did not do. A proof that is missing though they did means that there is a way.</summary>
    public bool WasCut { get; private set; }

    /// <summary>Null when there is no contradiction, or none within the steps.</summary>
    public Refutation? Refute()
    {
        if (++_steps > _maxSteps || _depth == MostDepth)
        {
            WasCut = true;
            return null;
        }

        _depth++;
        var proof = FindProof();
        _depth--;
        return proof;
    }

    private Refutation? FindProof()
    {
        var alive = Alive();
        var needed = Needed(alive);
        for (var node = 0; node < needed.Length; node++)
        {
            if (needed[node] && !alive[node])
                return new(RefutationKind.Alone);
        }

        if (IsExceeded())
            return new(RefutationKind.Exceeded);
        return TooFewCredentials(needed) ?? TooFewCredits(needed) ?? TooDear(alive) ?? SplitChoice(needed, alive) ?? SplitUse(needed);
    }

    /// <summary>A credential that is more than a limit above the leaf allows is never used there.</summary>
    private void ForbidWhatExceedsAlone(int leaf)
    {
        foreach (var tally in _program.Leaves.Tallies[leaf])
        {
            if (_program.Tallies[tally].Kind != TallyKind.AtMost)
                continue;
            for (var credential = 0; credential < _instance.Count; credential++)
            {
                if (_instance.TallyMissing(tally, _instance.TallyValue(tally, credential)) < 0)
                    _usable[(leaf * _instance.Words) + (credential >> 6)] &= ~(1UL << credential);
            }
        }
    }

    internal bool[] Alive()
    {
        var alive = new bool[_program.Nodes];
        for (var node = 0; node < alive.Length; node++)
        {
            alive[node] = !_excluded[node] && _program.Kind[node] switch
            {
                NodeKind.Leaf => CanFill(_program.LeafOf[node]),
                NodeKind.SomeOf => CountAlive(node, alive) >= _program.Required[node],
                NodeKind.Tally => alive[_program.ChildrenOf(node)[0]] && Array.TrueForAll(_program.TalliesOf[node], tally => CanReach(tally, alive)),
                _ => _instance.AttestationsHold,
            };
        }

        return alive;
    }

    private bool CanFill(int leaf)
    {
        if (_instance.Demand(leaf) == 0)
            return Bits.Count(_usable.AsSpan(leaf * _instance.Words, _instance.Words)) >= _program.Leaves.Count[leaf];
        var usable = UsableOf(leaf).Select(_instance.CreditsOf).OrderDescending().Take(_program.Leaves.Maximum[leaf]).ToList();
        return usable.Count >= _program.Leaves.Count[leaf] && usable.Sum() >= _instance.Demand(leaf);
    }

    private int CountAlive(int node, bool[] alive)
    {
        var count = 0;
        foreach (var child in _program.ChildrenOf(node))
            count += alive[child] ? 1 : 0;
        return count;
    }

    /// <summary>With everything that could still be used below, and what is assumed to be.</summary>
    private bool CanReach(int tally, bool[] alive)
    {
        var rule = _program.Tallies[tally];
        if (rule.Kind == TallyKind.AtMost)
            return true;
        var below = rule.Leaves.Where(leaf => IsReachable(_program.Leaves.Node[leaf], rule.Node, alive)).ToList();
        var certain = _used.Where(use => rule.Leaves.Contains(use.Leaf)).Select(use => use.Credential).ToHashSet();
        var union = below.SelectMany(UsableOf).Distinct();
        var most = union.Where(credential => !certain.Contains(credential)).Sum(credential => Math.Max(0, _instance.TallyValue(tally, credential)))
            + certain.Sum(credential => _instance.TallyValue(tally, credential));
        if (rule.Kind == TallyKind.AtLeast)
        {
            var byLeaf = below.Aggregate(
                Int128.Zero, (sum, leaf) => sum + UsableOf(leaf).Select(credential => _instance.TallyValue(tally, credential)).OrderDescending().Take(_program.Leaves.Maximum[leaf]).Sum());
            most = (long)Int128.Min(most, byLeaf);
        }

        return _instance.TallyMissing(tally, most) == 0;
    }

    private bool IsReachable(int node, int top, bool[] alive)
    {
        for (; node != top; node = _program.Parent[node])
        {
            if (!alive[node])
                return false;
        }

        return true;
    }

    private bool[] Needed(bool[] alive)
    {
        var needed = (bool[])_assumed.Clone();
        needed[_program.Root] = true;
        for (var node = needed.Length - 1; node >= 0; node--)
        {
            if (!needed[node])
                continue;
            var allAlive = _program.Kind[node] == NodeKind.Tally || (_program.Kind[node] == NodeKind.SomeOf && CountAlive(node, alive) == _program.Required[node]);
            foreach (var child in _program.ChildrenOf(node))
                needed[child] |= allAlive && alive[child];
        }

        return needed;
    }

    /// <summary>What is assumed used is more than a limit or a cap allows.</summary>
    private bool IsExceeded()
    {
        for (var tally = 0; tally < _program.Tallies.Length; tally++)
        {
            var rule = _program.Tallies[tally];
            var sum = _used.Where(use => rule.Leaves.Contains(use.Leaf)).Select(use => use.Credential).Distinct().Sum(credential => _instance.TallyValue(tally, credential));
            if (rule.Kind == TallyKind.AtMost && _instance.TallyMissing(tally, sum) < 0)
                return true;
        }

        for (var cap = 0; cap < _program.Caps.Length; cap++)
        {
            var rule = _program.Caps[cap];
            var shared = UsedIn(rule.Left).Intersect(UsedIn(rule.Right)).ToList();
            if (shared.Count > _instance.CapCount(cap) || shared.Sum(_instance.SharedCredits) > _instance.CapCredits(cap))
                return true;
        }

        return false;
    }

    private IEnumerable<int> UsedIn(int domain) => _used.Where(use => _program.Leaves.Domain[use.Leaf] == domain).Select(use => use.Credential);

    private Refutation? SplitChoice(bool[] needed, bool[] alive)
    {
        for (var node = needed.Length - 1; node >= 0; node--)
        {
            if (!needed[node] || _program.Kind[node] != NodeKind.SomeOf || (_program.Required[node] <= 0 && !_program.MoreHelps[node]) || IsPlain(node, needed))
                continue;
            if (MostTorn(node, needed, alive) is not (>= 0 and var child))
                continue;
            _assumed[child] = true;
            var left = Refute();
            _assumed[child] = false;
            if (left is null)
                return null;
            _excluded[child] = true;
            var right = Refute();
            _excluded[child] = false;
            return right is null ? null : new(RefutationKind.Choice, _program.Given[child], Left: left, Right: right);
        }

        return null;
    }

    /// <summary>Of those that may hold or not, the one that prices were least decided about: both branches are nearest to a contradiction.</summary>
    private int MostTorn(int node, bool[] needed, bool[] alive)
    {
        var torn = -1;
        foreach (var child in _program.ChildrenOf(node))
        {
            if (alive[child] && !needed[child] && (torn < 0 || _pricing!.Torn(child) > _pricing.Torn(torn)))
                torn = child;
        }

        return torn;
    }

    private Refutation? SplitUse(bool[] needed)
    {
        // Below a tally every leaf matters that may be satisfied; a group of leaves is decided leaf by leaf before its uses are.
        for (var leaf = 0; leaf < _program.LeafCount; leaf++)
        {
            if (!needed[_program.Leaves.Node[leaf]] && !IsPartOfNeeded(_program.Leaves.Node[leaf], needed))
                continue;
            foreach (var credential in UsableOf(leaf).OrderByDescending(_instance.CreditsOf).ThenBy(credential => credential).ToList())
            {
                if (_used.Contains((leaf, credential)))
                    continue;
                var before = (ulong[])_usable.Clone();
                _used.Add((leaf, credential));
                ForbidElsewhere(leaf, credential);
                ForbidOthers(leaf);
                var left = Refute();
                _used.RemoveAt(_used.Count - 1);
                before.CopyTo(_usable, 0);
                if (left is null)
                    return null;
                _usable[(leaf * _instance.Words) + (credential >> 6)] &= ~(1UL << credential);
                var right = Refute();
                before.CopyTo(_usable, 0);
                return right is null ? null : new(RefutationKind.Use, Given(leaf), CredentialGiven(credential), Left: left, Right: right);
            }
        }

        return null;
    }

    private void ForbidElsewhere(int leaf, int credential)
    {
        var domain = _program.Leaves.Domain[leaf];
        if (domain < 0 || _used.Count(use => use.Credential == credential && _program.Leaves.Domain[use.Leaf] == domain) < _program.Uses[domain])
            return;
        foreach (var other in _program.DomainLeaves[domain].Where(other => !_used.Contains((other, credential))))
            _usable[(other * _instance.Words) + (credential >> 6)] &= ~(1UL << credential);
    }

    /// <summary>A leaf that takes no more takes none of the others.</summary>
    private void ForbidOthers(int leaf)
    {
        if (_used.Count(use => use.Leaf == leaf) < _program.Leaves.Maximum[leaf])
            return;
        foreach (var other in UsableOf(leaf).Where(other => !_used.Contains((leaf, other))).ToList())
            _usable[(leaf * _instance.Words) + (other >> 6)] &= ~(1UL << other);
    }

    private bool IsPartOfNeeded(int node, bool[] needed)
        => Enumerable.Range(node + 1, needed.Length - node - 1).Any(other => needed[other] && _program.Kind[other] == NodeKind.SomeOf && _program.ChildrenOf(other).Contains(node));

    private int Given(int leaf) => _program.Given[_program.Leaves.Node[leaf]];

    private int CredentialGiven(int credential) => _instance.GivenCredential(credential);

    private IEnumerable<int> UsableOf(int leaf)
    {
        for (var word = 0; word < _instance.Words; word++)
        {
            for (var left = _usable[(leaf * _instance.Words) + word]; left != 0; left &= left - 1)
                yield return (word << 6) + BitOperations.TrailingZeroCount(left);
        }
    }
}
