using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Which leaves compete: those of one domain that share a credential, all below one tally, and what a cap counts together. Competing leaves make
/// a class; a node is open when a class lies partly in it and partly outside. A node that is not, but has an open child, is a region.
/// </summary>
internal sealed class Contention
{
    private const int Sweeps = 8;

    private FlatGraph _program = null!;
    private int[] _leader = [];
    private int[] _size = [];
    private int[] _meet = [];
    private int[] _first = [];
    private int[] _depth = [];
    private bool[] _open = [];
    private int[] _path = [];
    private ulong[] _wanted = [];
    private ulong[] _contested = [];
    private ulong[] _reached = [];
    private IntList _rest = new();

    public bool IsOpen(int node) => _open[node];

    /// <summary>By leaf: the leaf that stands for its class; -1 for one that competes with nothing.</summary>
    public int ClassOf(int leaf)
    {
        var leader = Leader(leaf);
        return _size[leader] > 1 || _meet[leader] >= 0 ? leader : -1;
    }

    public bool IsRegion(int node)
    {
        if (_open[node])
            return false;
        foreach (var child in _program.ChildrenOf(node))
        {
            if (_open[child])
                return true;
        }

        return false;
    }

    /// <summary>False when nothing competes.</summary>
    public bool Find(Instance instance)
    {
        _program = instance.FlatGraph;
        var count = _program.LeafCount;
        Room(ref _leader, count);
        for (var leaf = 0; leaf < count; leaf++)
            _leader[leaf] = leaf;
        Clear(ref _open, _program.Nodes);
        Fill(ref _size, count, 1);
        Fill(ref _meet, count, -1);
        Clear(ref _wanted, _program.DomainLeaves.Length * instance.Words);
        var joined = _program.Tallies.Length > 0;
        for (var domain = 0; domain < _program.DomainLeaves.Length; domain++)
            joined |= JoinDomain(instance, domain);
        foreach (var tally in _program.Tallies)
        {
            foreach (var leaf in tally.Leaves)
                Join(tally.Leaves[0], leaf);
        }

        foreach (var cap in _program.Caps)
            joined |= JoinCap(instance, cap);
        if (!joined)
            return false;
        FindMeetings();
        return OpenPaths();
    }

    private bool JoinDomain(Instance instance, int domain)
    {
        var words = instance.Words;
        var wanted = Wanted(domain, words);
        var contested = Clear(ref _contested, words).AsSpan(0, words);
        foreach (var leaf in _program.DomainLeaves[domain])
        {
            for (var word = 0; word < words; word++)
            {
                var eligible = instance.Eligible(leaf, word);
                contested[word] |= wanted[word] & eligible;
                wanted[word] |= eligible;
            }
        }

        if (contested.IndexOfAnyExcept(0UL) < 0)
            return false;
        _rest.Count = 0;
        foreach (var leaf in _program.DomainLeaves[domain])
        {
            if (Meets(instance, leaf, contested))
                _rest.Add(leaf);
        }

        // A few classes usually hold nearly all: each is found by going over what is left until nothing is added. The small ones are then joined one by one.
        for (var sweep = 0; sweep < Sweeps && _rest.Count > 0; sweep++)
            JoinReached(instance, contested);
        JoinOneByOne(instance, contested);
        return true;
    }

    private Span<ulong> Wanted(int domain, int words) => _wanted.AsSpan(domain * words, words);

    private static bool Meets(Instance instance, int leaf, ReadOnlySpan<ulong> set)
    {
        var common = 0UL;
        for (var word = 0; word < set.Length; word++)
            common |= instance.Eligible(leaf, word) & set[word];
        return common != 0;
    }

    /// <summary>All that competes with the first of the rest, directly or over others.</summary>
    private void JoinReached(Instance instance, ReadOnlySpan<ulong> contested)
    {
        var first = _rest[0];
        var reached = Clear(ref _reached, contested.Length).AsSpan(0, contested.Length);
        Reach(instance, first, contested, reached);
        for (var before = -1; before != _rest.Count;)
        {
            before = _rest.Count;
            var kept = 0;
            foreach (var leaf in _rest.Items)
            {
                if (!Meets(instance, leaf, reached))
                {
                    _rest.Writable[kept++] = leaf;
                    continue;
                }

                Reach(instance, leaf, contested, reached);
                Join(first, leaf);
            }

            _rest.Count = kept;
        }
    }

    private static void Reach(Instance instance, int leaf, ReadOnlySpan<ulong> contested, Span<ulong> reached)
    {
        for (var word = 0; word < reached.Length; word++)
            reached[word] |= instance.Eligible(leaf, word) & contested[word];
    }

    private void JoinOneByOne(Instance instance, ReadOnlySpan<ulong> contested)
    {
        if (_rest.Count == 0)
            return;
        Fill(ref _first, instance.Count, -1);
        foreach (var leaf in _rest.Items)
        {
            for (var word = 0; word < contested.Length; word++)
            {
                for (var left = instance.Eligible(leaf, word) & contested[word]; left != 0; left &= left - 1)
                {
                    var credential = (word << 6) + BitOperations.TrailingZeroCount(left);
                    if (_first[credential] < 0)
                        _first[credential] = leaf;
                    else
                        Join(_first[credential], leaf);
                }
            }
        }
    }

    private bool JoinCap(Instance instance, CapRule cap)
    {
        var any = -1;
        var joined = false;
        var shared = Clear(ref _contested, instance.Words).AsSpan(0, instance.Words);
        for (var word = 0; word < shared.Length; word++)
            shared[word] = Wanted(cap.Left, shared.Length)[word] & Wanted(cap.Right, shared.Length)[word];
        foreach (var domain in (ReadOnlySpan<int>)[cap.Left, cap.Right])
        {
            foreach (var leaf in _program.DomainLeaves[domain])
            {
                if (!Meets(instance, leaf, shared))
                    continue;
                any = any < 0 ? leaf : any;
                joined |= Join(any, leaf);
            }
        }

        return joined;
    }

    /// <summary>By class: the lowest node that holds all of it.</summary>
    private void FindMeetings()
    {
        Room(ref _depth, _program.Nodes);
        for (var node = _program.Nodes - 1; node >= 0; node--)
            _depth[node] = _program.Parent[node] < 0 ? 0 : _depth[_program.Parent[node]] + 1;
        for (var leaf = 0; leaf < _program.LeafCount; leaf++)
        {
            var leader = Leader(leaf);
            if (_size[leader] > 1)
                _meet[leader] = _meet[leader] < 0 ? _program.Leaves.Node[leaf] : Meet(_meet[leader], _program.Leaves.Node[leaf]);
        }

        foreach (var tally in _program.Tallies)
        {
            if (tally.Leaves.Length == 0)
                continue;
            var leader = Leader(tally.Leaves[0]);
            _meet[leader] = _meet[leader] < 0 ? tally.Node : Meet(_meet[leader], tally.Node);
        }
    }

    private int Meet(int left, int right)
    {
        while (left != right)
        {
            if (_depth[left] < _depth[right])
                right = _program.Parent[right];
            else
                left = _program.Parent[left];
        }

        return left;
    }

    /// <summary>From each leaf of a class up to where the class meets.</summary>
    private bool OpenPaths()
    {
        var any = false;
        Fill(ref _path, _program.Nodes, -1);
        for (var leaf = 0; leaf < _program.LeafCount; leaf++)
        {
            var leader = Leader(leaf);
            var meet = _meet[leader];
            if (meet < 0)
                continue;
            for (var node = _program.Leaves.Node[leaf]; node != meet && _path[node] != leader; node = _program.Parent[node])
            {
                _path[node] = leader;
                _open[node] = any = true;
            }
        }

        return any;
    }

    private bool Join(int left, int right)
    {
        (left, right) = (Leader(left), Leader(right));
        if (left == right)
            return false;
        if (right < left)
            (left, right) = (right, left);
        _leader[right] = left;
        _size[left] += _size[right];
        return true;
    }

    private int Leader(int leaf)
    {
        while (_leader[leaf] != leaf)
            leaf = _leader[leaf] = _leader[_leader[leaf]];
        return leaf;
    }
}
