using System.Numerics;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Which credentials count at which leaf at all: eligible there (or for a substitute), valid and admitted, and what has to come before holds.</summary>
public sealed partial class CertificateVerifier
{
    private ulong[] _usable = [];
    private long[] _worths = [];
    private bool[] _before = [];
    private int _words;

    private void Open(bool certainOnly)
    {
        _words = (_credentials.Count + 63) / 64;
        if (_usable.Length < _nodes.Length * _words)
            _usable = new ulong[_nodes.Length * _words];
        Array.Clear(_usable);
        for (var credential = 0; credential < _credentials.Count; credential++)
        {
            if (IsValid(_credentials[credential]))
                OpenWhereEligible(credential, certainOnly);
        }

        if (_hasConditions)
            Admit(certainOnly);
    }

    private bool IsValid(Credential candidate)
        => _at is not { } at || candidate.Facts is not { } facts || (!(facts.Awarded > at) && !(facts.ValidUntil <= at));

    private void OpenWhereEligible(int credential, bool certainOnly)
    {
        var eligible = _credentials[credential].Eligible;
        var listed = eligible as Eligibility[];
        for (var index = 0; index < eligible.Count; index++)
        {
            var (leaf, certain) = listed is null ? eligible[index] : listed[index];
            if (!certain && certainOnly)
                continue;
            Allow(leaf, credential);
            foreach (var other in _substitutes[leaf])
                Allow(other, credential);
        }
    }

    /// <summary>In the order of nodes, where prerequisites come before what waits for them: each is looked at once, however many wait for it.</summary>
    private void Admit(bool certainOnly)
    {
        if (_before.Length == 0)
            _before = new bool[_nodes.Length];
        for (var node = 0; node < _nodes.Length; node++)
        {
            if (_nodes[node] is Leaf { Admission: { } admission })
                ForbidUnlessAdmitted(node, admission, certainOnly);
            if (_after[node] >= 0 && !_before[_after[node]])
                _usable.AsSpan(node * _words, _words).Clear();
            _before[node] = HoldsBefore(node, certainOnly);
        }
    }

    private void ForbidUnlessAdmitted(int node, Admission admission, bool certainOnly)
    {
        for (var word = 0; word < _words; word++)
        {
            for (var left = _usable[(node * _words) + word]; left != 0; left &= left - 1)
            {
                var credential = (word * 64) + BitOperations.TrailingZeroCount(left);
                if (!Admits(admission, _credentials[credential].Facts, certainOnly))
                    Forbid(node, credential);
            }
        }
    }

    private bool Admits(Admission admission, Facts? facts, bool certainOnly)
    {
        var ofClass = admission.Of is not { } of || Contains(facts?.Classes, of) || (!certainOnly && Contains(facts?.PossibleClasses, of));
        var isRecent = admission.RecencyMonths is not { } months || (facts?.Awarded is { } awarded && _at is { } at ? awarded >= at.AddMonths(-months) : !certainOnly);
        return ofClass && isRecent && IsEnough(facts?.Points, admission.MinimumPoints, certainOnly) && IsEnough(facts?.Level, admission.MinimumLevel, certainOnly);
    }

    private static bool IsEnough(Rational? stated, Rational? least, bool certainOnly) => least is null || (stated is { } value ? value >= least : !certainOnly);

    /// <summary>A prerequisite counts no uses: each of its leaves has all credentials for itself.</summary>
    private bool HoldsBefore(int node, bool certainOnly)
    {
        switch (_nodes[node])
        {
            case Leaf leaf:
                return CouldFill(node, leaf, certainOnly);
            case SomeOf group:
                var count = 0;
                foreach (var child in _graph.ChildrenOf(node))
                    count += _before[child] ? 1 : 0;
                return count >= group.Required;
            default:
                return _nodes[node] is Attestation && !certainOnly;
        }
    }

    /// <summary>A credential that is more than a limit above the leaf allows is never used there.</summary>
    private void ForbidWhatIsTooMuch(bool certainOnly)
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            foreach (var above in _limitsAbove[node])
            {
                var limit = (Limit)_nodes[above];
                foreach (var credential in Usable(node))
                {
                    if (IsOf(limit, credential, certainOnly) && (limit.Count == 0 || (limit.Credits is { } most && Whole(Worth(credential, !certainOnly)) > Whole(most))))
                        Forbid(node, credential);
                }
            }
        }
    }

    private void Allow(int leaf, int credential) => _usable[(leaf * _words) + (credential >> 6)] |= 1UL << credential;

    private bool IsUsable(int leaf, int credential) => (_usable[(leaf * _words) + (credential >> 6)] & (1UL << credential)) != 0;

    private void Forbid(int leaf, int credential) => _usable[(leaf * _words) + (credential >> 6)] &= ~(1UL << credential);

    private List<int> Usable(int leaf)
    {
        var usable = new List<int>();
        for (var word = 0; word < _words; word++)
        {
            for (var left = _usable[(leaf * _words) + word]; left != 0; left &= left - 1)
                usable.Add((word * 64) + BitOperations.TrailingZeroCount(left));
        }

        return usable;
    }

    /// <summary>What the largest that are usable there are worth, as many as it takes.</summary>
    private Int128 Largest(int node, int count, int maximum, bool certainOnly)
    {
        if (_worths.Length < count)
            _worths = new long[count * 2];
        var worths = _worths.AsSpan(0, count);
        var next = 0;
        for (var word = 0; word < _words; word++)
        {
            for (var left = _usable[(node * _words) + word]; left != 0; left &= left - 1)
                worths[next++] = Whole(Worth((word * 64) + BitOperations.TrailingZeroCount(left), certainOnly));
        }

        if (count > maximum)
            worths.Sort();
        var sum = Int128.Zero;
        foreach (var worth in worths[Math.Max(0, count - maximum)..])
            sum += worth;
        return sum;
    }
}
