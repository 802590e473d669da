using System.Numerics;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Checks a certificate against the requirements and the credentials, and nothing else: it shares no code with what found the
/// certificate. Whoever trusts these lines need not trust the solver. One instance checks one certificate after another.
/// </summary>
public sealed partial class CertificateVerifier
{
    private readonly RequirementGraph _graph;
    private readonly Requirement[] _nodes;
    private readonly int[] _domain;
    private readonly int[] _domainUses;
    private readonly int[][] _substitutes;
    private readonly int[][] _below;
    private readonly int[] _after;
    private readonly SharingCap[] _caps;
    private readonly (int Left, int Right)[] _capDomains;
    private readonly bool[] _onWay;
    private readonly bool[] _holds;
    private readonly bool[] _picked;
    private readonly int[] _count;
    private readonly long[] _credits;
    private readonly int[] _selection;
    private long[] _uses = [];
    private bool[] _counted = [];
    private IReadOnlyList<Credential> _credentials = [];
    private DateTimeOffset? _at;
    private Int128 _scale;
    private readonly Int128 _ownScale;

    public CertificateVerifier(RequirementGraph graph)
    {
        (_graph, _nodes) = (graph, [.. graph.Nodes]);
        var names = _nodes.OfType<Leaf>().Select(leaf => leaf.Domain).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        _domain = [.. _nodes.Select(node => node is Leaf { Domain: { } name } ? names.IndexOf(name) : -1)];
        _domainUses = [.. names.Select(name => graph.Rules.Exclusivities?.FirstOrDefault(rule => rule.Domain == name)?.Uses ?? 1)];
        _substitutes = [.. _nodes.Select((node, index) => SubstitutesOf(node.Key, index))];
        _caps = [.. (graph.Rules.Caps ?? []).OrderBy(cap => cap.Key, StringComparer.Ordinal)];
        _capDomains = [.. _caps.Select(cap => (names.IndexOf(cap.Left), names.IndexOf(cap.Right)))];
        _below = [.. _nodes.Select((node, index) => node is Tally ? LeavesBelow(index) : [])];
        (_onWay, _holds, _picked) = (new bool[_nodes.Length], new bool[_nodes.Length], new bool[_nodes.Length]);
        _scale = 1;
        foreach (var node in _nodes)
        {
            Rational? stated = node is Leaf leaf ? leaf.Credits : node is MinimumCredits minimum ? minimum.Credits : (node as Limit)?.Credits;
            if (stated is { } credits)
                Widen(credits);
        }

        _ownScale = _scale;
        _after = [.. _nodes.Select(node => node is Leaf { After: { } after } ? graph.IndexOf(after.Key) : -1)];
        (_count, _credits, _selection) = (new int[_nodes.Length], new long[_nodes.Length], new int[_nodes.Length]);
    }

    public CertificateVerifier(RequirementGraph graph, IReadOnlyList<Credential> credentials, DateTimeOffset? at = null)
        : this(graph) => (_credentials, _at) = (credentials, at);

    /// <summary>Whether the certificate proves the verdict about the credentials that it was made with.</summary>
    public bool Proves(Verdict verdict, Certificate certificate) => Proves(_credentials, verdict, certificate, _at);

    public bool Proves(IReadOnlyList<Credential> credentials, Verdict verdict, Certificate certificate, DateTimeOffset? at = null)
    {
        (_credentials, _at) = (credentials, at);
        _scale = _ownScale;
        for (var index = 0; index < credentials.Count; index++)
        {
            Widen(credentials[index].Credits);
            if (credentials[index].PossibleCredits is { } possible)
                Widen(possible);
        }

        return verdict switch
        {
            Verdict.Satisfied => IsAssignment(certificate, certainOnly: true),
            Verdict.NotSatisfied => certificate.Refutation is { } refutation && IsRefuted(refutation, certainOnly: false),
            _ => IsAssignment(certificate, certainOnly: false) && certificate.Refutation is { } strict && IsRefuted(strict, certainOnly: true),
        };
    }

    private bool IsAssignment(Certificate certificate, bool certainOnly)
    {
        if (certificate is not { Uses: { } uses, Selected: { } selected })
            return false;
        return FindWay(selected) && AreLegal(uses, certainOnly) && AreWithinCaps(uses.Count, certainOnly) && Holds(selected, uses, certainOnly);
    }

    /// <summary>What stands on the way that the selections describe.</summary>
    private bool FindWay(IReadOnlyList<Selection> selected)
    {
        Array.Fill(_selection, -1);
        for (var index = 0; index < selected.Count; index++)
        {
            var node = selected[index].Node;
            if ((uint)node >= (uint)_nodes.Length || _nodes[node] is not SomeOf || _selection[node] >= 0)
                return false;
            _selection[node] = index;
        }

        Array.Clear(_onWay);
        _onWay[_graph.Root] = true;
        for (var node = _nodes.Length - 1; node >= 0; node--)
        {
            if (!_onWay[node] || (_nodes[node] is SomeOf && _selection[node] < 0))
                continue;
            if (_nodes[node] is Tally)
                _onWay[_graph.ChildrenOf(node)[0]] = true;
            else if (_nodes[node] is SomeOf && !Follow(node, selected[_selection[node]].Children))
                return false;
        }

        return true;
    }

    private bool Follow(int node, IReadOnlyList<int> children)
    {
        var own = _graph.ChildrenOf(node);
        var isLegal = true;
        for (var index = 0; index < children.Count && isLegal; index++)
        {
            var child = children[index];
            isLegal = own.Contains(child) && !_picked[child];
            if (isLegal)
                _picked[child] = _onWay[child] = true;
        }

        foreach (var child in own)
            _picked[child] = false;
        return isLegal;
    }

    /// <summary>Each use is of an eligible credential, at a leaf on the way, once, and no more often in a domain than it allows.</summary>
    private bool AreLegal(IReadOnlyList<Use> uses, bool certainOnly)
    {
        Array.Clear(_count);
        Array.Clear(_credits);
        if (_uses.Length < uses.Count)
            _uses = new long[uses.Count * 2];
        for (var index = 0; index < uses.Count; index++)
        {
            var (leaf, credential) = uses[index];
            if ((uint)leaf >= (uint)_nodes.Length || (uint)credential >= (uint)_credentials.Count || _nodes[leaf] is not Leaf requirement || !_onWay[leaf])
                return false;
            if (!MayUse(leaf, requirement, credential, certainOnly) || ++_count[leaf] > requirement.Maximum)
                return false;
            _credits[leaf] += Whole(Worth(credential, certainOnly));
            _uses[index] = ((long)credential << 32) | (uint)leaf;
        }

        var sorted = _uses.AsSpan(0, uses.Count);
        sorted.Sort();
        for (var index = 1; index < sorted.Length; index++)
        {
            if (sorted[index] == sorted[index - 1] || TimesInDomain(sorted[..(index + 1)]) > UsesOf((int)sorted[index]))
                return false;
        }

        return true;
    }

    private int UsesOf(int leaf) => _domain[leaf] < 0 ? int.MaxValue : _domainUses[_domain[leaf]];

    /// <summary>How often the last use's credential is used in the last use's domain so far.</summary>
    private int TimesInDomain(ReadOnlySpan<long> sorted)
    {
        var last = sorted[^1];
        var times = 0;
        for (var index = sorted.Length - 1; index >= 0 && sorted[index] >> 32 == last >> 32; index--)
            times += _domain[(int)sorted[index]] == _domain[(int)last] ? 1 : 0;
        return times;
    }

    private bool AreWithinCaps(int count, bool certainOnly)
    {
        for (var cap = 0; cap < _caps.Length; cap++)
        {
            var (shared, credits) = (0, Int128.Zero);
            for (var index = 0; index < count;)
            {
                var (left, right) = (false, false);
                var credential = (int)(_uses[index] >> 32);
                for (; index < count && _uses[index] >> 32 == credential; index++)
                {
                    left |= _domain[(int)_uses[index]] == _capDomains[cap].Left;
                    right |= _domain[(int)_uses[index]] == _capDomains[cap].Right;
                }

                if (left && right)
                    (shared, credits) = (shared + 1, credits + Whole(Worth(credential, !certainOnly)));
            }

            if (shared > (_caps[cap].Count ?? int.MaxValue) || (_caps[cap].Credits is { } most && credits > Whole(most)))
                return false;
        }

        return true;
    }

    private bool Holds(IReadOnlyList<Selection> selected, IReadOnlyList<Use> uses, bool certainOnly)
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            _holds[node] = _onWay[node] && _nodes[node] switch
            {
                Leaf leaf => _count[node] >= leaf.Count && _credits[node] >= Whole(leaf.Credits),
                SomeOf group => group.Required <= 0 ? _selection[node] < 0 || AllHold(selected[_selection[node]].Children) : _selection[node] >= 0 && selected[_selection[node]].Children.Count >= group.Required && AllHold(selected[_selection[node]].Children),
                Tally tally => _holds[_graph.ChildrenOf(node)[0]] && IsReached(node, tally, uses, certainOnly),
                _ => !certainOnly,
            };
        }

        return _holds[_graph.Root];
    }

    private bool AllHold(IReadOnlyList<int> children)
    {
        for (var index = 0; index < children.Count; index++)
        {
            if (!_holds[children[index]])
                return false;
        }

        return true;
    }

    private bool IsReached(int node, Tally tally, IReadOnlyList<Use> uses, bool certainOnly)
    {
        if (_counted.Length < _credentials.Count)
            _counted = new bool[_credentials.Count * 2];
        Array.Clear(_counted);
        var (count, credits, weighted) = (0, Int128.Zero, Rational.Zero);
        for (var index = 0; index < uses.Count; index++)
        {
            var (leaf, credential) = uses[index];
            if (_counted[credential] || !_below[node].AsSpan().Contains(leaf) || !IsOf(tally, credential, certainOnly))
                continue;
            _counted[credential] = true;
            count++;
            // Towards a limit the careful reading takes what it is possibly worth.
            credits += Whole(Worth(credential, tally is Limit ? !certainOnly : certainOnly));
            if (tally is MinimumAverage average && _credentials[credential].Facts?.Points is { } points)
                weighted += _credentials[credential].Credits * (points - average.Points);
        }

        return tally switch
        {
            MinimumCredits minimum => credits >= Whole(minimum.Credits),
            MinimumCount minimum => count >= minimum.Count,
            MinimumAverage => weighted.Sign >= 0,
            Limit limit => count <= (limit.Count ?? int.MaxValue) && (limit.Credits is not { } most || credits <= Whole(most)),
            _ => false,
        };
    }

    private bool IsOf(Tally tally, int credential, bool certainOnly)
    {
        var facts = _credentials[credential].Facts;
        if (tally.Of is not { } of || Contains(facts?.Classes, of))
            return true;
        return tally is not MinimumAverage && tally is Limit == certainOnly && Contains(facts?.PossibleClasses, of);
    }

    private static bool Contains(IReadOnlyList<string>? classes, string of)
    {
        for (var index = 0; classes is not null && index < classes.Count; index++)
        {
            if (classes[index] == of)
                return true;
        }

        return false;
    }

    private Rational Worth(int credential, bool certainOnly)
        => certainOnly ? _credentials[credential].Credits : _credentials[credential].PossibleCredits ?? _credentials[credential].Credits;

    private long Whole(Rational value) => checked((long)(value.Numerator * (value.IsInteger ? _scale : _scale / value.Denominator)));

    private void Widen(Rational value)
    {
        if (value.Denominator != 1 && _scale % value.Denominator != 0)
            _scale = checked(_scale * value.Denominator / (Int128)BigInteger.GreatestCommonDivisor((BigInteger)_scale, value.Denominator));
    }

    private int[] SubstitutesOf(string key, int node)
        => [.. (_graph.Rules.Substitutions ?? []).Where(rule => rule.Leaves.Contains(key)).SelectMany(rule => rule.Leaves).Select(_graph.IndexOf).Where(other => other != node).Distinct()];

    private int[] LeavesBelow(int top)
    {
        var below = new List<int>();
        var open = new Stack<int>([top]);
        while (open.TryPop(out var node))
        {
            if (_nodes[node] is Leaf)
                below.Add(node);
            foreach (var child in _graph.ChildrenOf(node))
                open.Push(child);
        }

        return [.. below];
    }
}
