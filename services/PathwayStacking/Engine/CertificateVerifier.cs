using System.Numerics;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Checks a certificate against the requirements and the credentials, and nothing else: it shares no code with what found the
/// certificate. Whoever trusts these lines need not trust the solver. What is malformed, as JSON can be, proves nothing. One instance checks one certificate after another.
/// </summary>
public sealed partial class CertificateVerifier
{
    private readonly RequirementGraph _graph;
    private readonly Requirement[] _nodes;
    private readonly int[] _domain;
    private readonly int[] _domainUses;
    private readonly int[][] _substitutes;
    private readonly int[][] _below;
    private readonly int[][] _limitsAbove;
    private readonly int[] _after;
    private readonly bool _hasConditions;
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
        _limitsAbove = [.. _nodes.Select(_ => Array.Empty<int>())];
        foreach (var limit in Enumerable.Range(0, _nodes.Length).Where(node => _nodes[node] is Limit))
        {
            foreach (var leaf in _below[limit])
                _limitsAbove[leaf] = [.. _limitsAbove[leaf], limit];
        }

        (_onWay, _holds, _picked) = (new bool[_nodes.Length], new bool[_nodes.Length], new bool[_nodes.Length]);
        _scale = 1;
        foreach (var node in _nodes)
        {
            Rational? stated = node is Leaf leaf ? leaf.Credits : node is MinimumCredits minimum ? minimum.Credits : (node as Limit)?.Credits;
            if (stated is { } credits)
                Widen(credits);
        }

        foreach (var cap in _caps)
            Widen(cap.Credits ?? 0);
        _ownScale = _scale;
        _after = [.. _nodes.Select(node => node is Leaf { After: { } after } ? graph.IndexOf(after.Key) : -1)];
        _hasConditions = Array.Exists(_nodes, node => node is Leaf { After: not null } or Leaf { Admission: not null });
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
            Verdict.NotSatisfied => certificate is { Refutation: { } refutation } && IsRefuted(refutation, certainOnly: false),
            Verdict.Unknown => IsAssignment(certificate, certainOnly: false) && certificate is { Refutation: { } strict } && IsRefuted(strict, certainOnly: true),
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
