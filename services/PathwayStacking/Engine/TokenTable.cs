using System.Numerics;
using static Pathways.PathwayStacking.Engine.Pooled;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// The tokens that some leaves compete for, in the order in which they are decided: a token is a credential within a domain, as often as the
/// domain uses it. Those that a matching has use for come last, then the smaller ones.
/// </summary>
internal sealed class TokenTable
{
    private Instance _instance = null!;
    private FlatGraph _program = null!;
    private int[] _credential = [];
    private int[] _domain = [];
    private int[] _start = [];
    private int[] _leaf = [];
    private bool[] _isLast = [];
    private bool[] _isCopy = [];
    private bool[] _isTwin = [];
    private int[] _tokensOf = [];
    private bool[] _seenDomain = [];
    private int _entries;
    private int _most;

    public int Count { get; private set; }

    /// <summary>There are more, which stay unused.</summary>
    public bool WasCut { get; private set; }

    public int Entries => _entries;

    public int StartOf(int token) => _start[token];

    public int Credential(int token) => _credential[token];

    /// <summary>-1 - leaf for a leaf that shares freely.</summary>
    public int Domain(int token) => _domain[token];

    /// <summary>Positions of the leaves that may use it.</summary>
    public ReadOnlySpan<int> Leaves(int token) => _leaf.AsSpan(_start[token], _start[token + 1] - _start[token]);

    /// <summary>No later token of the same domain is of the same credential.</summary>
    public bool IsLast(int token) => _isLast[token];

    public bool IsCopy(int token) => _isCopy[token];

    /// <summary>Nothing tells it from the token before it.</summary>
    public bool IsTwin(int token) => _isTwin[token];

    public void Build(Instance instance, ReadOnlySpan<int> leaves, ReadOnlySpan<int> tallies, Matching rest, int most)
    {
        (_instance, _program) = (instance, instance.FlatGraph);
        (Count, _entries, _most) = (0, 0, most);
        Clear(ref _tokensOf, instance.Count);
        for (var wanted = 0; wanted < 2; wanted++)
        {
            for (var credential = 0; credential < instance.Count && Count <= most; credential++)
                AddTokensOf(credential, leaves, rest, isWanted: wanted == 1);
        }

        Room(ref _start, Count + 1);
        _start[Count] = _entries;
        WasCut = Count > most;
        while (Count > most || (Count > 0 && WasCut && !_isLast[Count - 1]))
            Count--;
        Clear(ref _isTwin, Count);
        for (var token = 1; token < Count; token++)
            _isTwin[token] = AreTwins(token - 1, token, leaves, tallies, rest);
    }

    private void AddTokensOf(int credential, ReadOnlySpan<int> leaves, Matching rest, bool isWanted)
    {
        Clear(ref _seenDomain, _program.Uses.Length);
        for (var position = 0; position < leaves.Length && Count <= _most; position++)
        {
            var leaf = leaves[position];
            if (!_instance.IsEligible(leaf, credential))
                continue;
            var domain = _program.Leaves.Domain[leaf];
            if (rest.Holds(domain, credential) != isWanted || (domain >= 0 && _seenDomain[domain]))
                continue;
            var start = _entries;
            if (domain < 0)
            {
                AddEntry(position);
                AddToken(credential, -1 - leaf, start, copies: 1);
                continue;
            }

            _seenDomain[domain] = true;
            for (var other = position; other < leaves.Length; other++)
            {
                if (_program.Leaves.Domain[leaves[other]] == domain && _instance.IsEligible(leaves[other], credential))
                    AddEntry(other);
            }

            AddToken(credential, domain, start, Math.Min(_program.Uses[domain], _entries - start));
        }
    }

    private void AddEntry(int position)
    {
        if (_entries == _leaf.Length)
            Array.Resize(ref _leaf, Math.Max(64, _entries * 2));
        _leaf[_entries++] = position;
    }

    private void AddToken(int credential, int domain, int start, int copies)
    {
        var count = _entries - start;
        for (var copy = 0; copy < copies && Count <= _most; copy++)
        {
            if (Count + 2 > _credential.Length)
                Grow();
            for (var entry = 0; copy > 0 && entry < count; entry++)
                AddEntry(_leaf[start + entry]);
            (_credential[Count], _domain[Count], _start[Count]) = (credential, domain, start + (copy * count));
            (_isLast[Count], _isCopy[Count]) = (copy == copies - 1, copy > 0);
            _tokensOf[credential]++;
            Count++;
        }
    }

    private void Grow()
    {
        var size = Math.Max(64, _credential.Length * 2);
        Array.Resize(ref _credential, size);
        Array.Resize(ref _domain, size);
        Array.Resize(ref _start, size + 1);
        Array.Resize(ref _isLast, size);
        Array.Resize(ref _isCopy, size);
    }

    private bool AreTwins(int left, int right, ReadOnlySpan<int> leaves, ReadOnlySpan<int> tallies, Matching rest)
    {
        var (first, second) = (_credential[left], _credential[right]);
        if (first == second || _domain[left] != _domain[right] || _instance.CreditsOf(first) != _instance.CreditsOf(second) || !Leaves(left).SequenceEqual(Leaves(right)))
            return false;
        // A token that the matching wants too, or whose credential has other tokens here, is like no other.
        if (_tokensOf[first] > 1 || _tokensOf[second] > 1 || rest.Wants(_domain[left], first) || rest.Wants(_domain[right], second))
            return false;
        foreach (var position in Leaves(left))
        {
            if (_instance.UseOf(leaves[position], first) != _instance.UseOf(leaves[position], second))
                return false;
        }

        foreach (var tally in tallies)
        {
            if (_instance.TallyValue(tally, first) != _instance.TallyValue(tally, second))
                return false;
        }

        return true;
    }
}
