using System.Numerics;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

public sealed partial class CertificateVerifier
{
    private readonly List<(int Leaf, int Credential)> _assumed = [];
    private ulong[] _usable = [];
    private long[] _worths = [];
    private bool[] _satisfied = [];
    private bool[] _excluded = [];
    private bool[] _possible = [];
    private bool[] _needed = [];
    private bool _certainOnly;
    private int _words;

    /// <summary>Whether the credential counts at the leaf at all: it is eligible (or a substitute is), admitted, valid, and what has to come before holds.</summary>
    private bool MayUse(int node, Leaf leaf, int credential, bool certainOnly)
    {
        var candidate = _credentials[credential];
        return IsValid(candidate) && IsEligibleHereOrThere(node, candidate, certainOnly) && Admits(node, leaf, candidate, certainOnly);
    }

    private bool IsValid(Credential candidate)
        => _at is not { } at || candidate.Facts is not { } facts || (!(facts.Awarded > at) && !(facts.ValidUntil <= at));

    private bool IsEligibleHereOrThere(int node, Credential candidate, bool certainOnly)
    {
        var isEligible = IsEligible(node, candidate, certainOnly);
        foreach (var other in _substitutes[node])
            isEligible = isEligible || IsEligible(other, candidate, certainOnly);
        return isEligible;
    }

    private bool Admits(int node, Leaf leaf, Credential candidate, bool certainOnly)
        => (leaf.Admission is not { } admission || Admits(admission, candidate.Facts, certainOnly)) && (_after[node] < 0 || HoldsBefore(_after[node], certainOnly));

    private static bool IsEligible(int leaf, Credential credential, bool certainOnly)
    {
        for (var index = 0; index < credential.Eligible.Count; index++)
        {
            if (credential.Eligible[index].Leaf == leaf && (credential.Eligible[index].Certain || !certainOnly))
                return true;
        }

        return false;
    }

    private bool Admits(Admission admission, Facts? facts, bool certainOnly)
    {
        var ofClass = admission.Of is not { } of || Contains(facts?.Classes, of) || (!certainOnly && Contains(facts?.PossibleClasses, of));
        var isRecent = admission.RecencyMonths is not { } months || (facts?.Awarded is { } awarded && _at is { } at ? awarded >= at.AddMonths(-months) : !certainOnly);
        return ofClass && isRecent && IsEnough(facts?.Points, admission.MinimumPoints, certainOnly) && IsEnough(facts?.Level, admission.MinimumLevel, certainOnly);
    }

    private static bool IsEnough(Rational? stated, Rational? least, bool certainOnly) => least is null || (stated is { } value ? value >= least : !certainOnly);

    /// <summary>A prerequisite counts no uses: each of its leaves has all credentials for itself.</summary>
    private bool HoldsBefore(int node, bool certainOnly) => _nodes[node] switch
    {
        Leaf leaf => CanFill(leaf, [.. Enumerable.Range(0, _credentials.Count).Where(credential => MayUse(node, leaf, credential, certainOnly))], certainOnly),
        SomeOf group => group.Children.Count(child => HoldsBefore(_graph.IndexOf(child.Key), certainOnly)) >= group.Required,
        Attestation => !certainOnly,
        _ => false,
    };

    private bool CanFill(Leaf leaf, IReadOnlyList<int> usable, bool certainOnly)
    {
        if (Math.Min(usable.Count, leaf.Maximum) < leaf.Count)
            return false;
        return leaf.Credits.Sign == 0 || Largest(leaf, usable, certainOnly) >= Whole(leaf.Credits);
    }

    private bool IsRefuted(Refutation proof, bool certainOnly)
    {
        if (_satisfied.Length == 0)
            (_satisfied, _excluded, _possible, _needed) = (new bool[_nodes.Length], new bool[_nodes.Length], new bool[_nodes.Length], new bool[_nodes.Length]);
        _certainOnly = certainOnly;
        _assumed.Clear();
        _words = (_credentials.Count + 63) / 64;
        if (_usable.Length < _nodes.Length * _words)
            _usable = new ulong[_nodes.Length * _words];
        Array.Clear(_usable);
        Array.Clear(_satisfied);
        Array.Clear(_excluded);
        for (var credential = 0; credential < _credentials.Count; credential++)
            OpenAll(credential, certainOnly);

        return Refutes(proof, certainOnly);
    }

    private void OpenAll(int credential, bool certainOnly)
    {
        var candidate = _credentials[credential];
        if (!IsValid(candidate))
            return;
        var eligible = candidate.Eligible;
        var listed = eligible as Eligibility[];
        for (var index = 0; index < eligible.Count; index++)
        {
            var (leaf, certain) = listed is null ? eligible[index] : listed[index];
            if (!certain && certainOnly)
                continue;
            Open(leaf, credential, candidate, certainOnly);
            foreach (var other in _substitutes[leaf])
                Open(other, credential, candidate, certainOnly);
        }
    }

    private void Open(int node, int credential, Credential candidate, bool certainOnly)
    {
        if (Admits(node, (Leaf)_nodes[node], candidate, certainOnly) && !IsTooMuch(node, credential, certainOnly))
            _usable[(node * _words) + (credential >> 6)] |= 1UL << credential;
    }

    /// <summary>A credential that is more than a limit above the leaf allows is never used there.</summary>
    private bool IsTooMuch(int leaf, int credential, bool certainOnly)
    {
        foreach (var node in _limitsAbove[leaf])
        {
            var limit = (Limit)_nodes[node];
            if (IsOf(limit, credential, certainOnly) && (limit.Count == 0 || (limit.Credits is { } most && Whole(Worth(credential, !certainOnly)) > Whole(most))))
                return true;
        }

        return false;
    }

    private bool Refutes(Refutation proof, bool certainOnly)
    {
        switch (proof.Kind)
        {
            case RefutationKind.Alone:
                Judge(certainOnly);
                for (var node = 0; node < _nodes.Length; node++)
                {
                    if (_needed[node] && !_possible[node])
                        return true;
                }

                return false;
            case RefutationKind.Exceeded:
                return IsExceeded(certainOnly);
            case RefutationKind.Count when proof.Leaves is { } leaves && leaves.All(leaf => (uint)leaf < (uint)_nodes.Length && _nodes[leaf] is Leaf):
                Judge(certainOnly);
                return Asked(leaves.ToHashSet()) > Supply(proof, leaves.ToHashSet());
            case RefutationKind.Credits when proof.Leaves is { Count: > 0 } leaves:
                Judge(certainOnly);
                return TooFewCredits(leaves, certainOnly);
            case RefutationKind.Prices when proof.Prices is { } prices:
                Judge(certainOnly);
                return IsTooDear(prices, certainOnly);
            case RefutationKind.Choice when proof is { Left: { } left, Right: { } right } && (uint)proof.Node < (uint)_nodes.Length:
                return Under(_satisfied, proof.Node, left, certainOnly) && Under(_excluded, proof.Node, right, certainOnly);
            case RefutationKind.Use when proof is { Left: { } left, Right: { } right } && (uint)proof.Node < (uint)_nodes.Length
                && _nodes[proof.Node] is Leaf && (uint)proof.Credential < (uint)_credentials.Count:
                return Used(proof.Node, proof.Credential, left, certainOnly) && NotUsed(proof.Node, proof.Credential, right, certainOnly);
            default:
                return false;
        }
    }

    /// <summary>Under an assumption; one that is made already is not taken back.</summary>
    private bool Under(bool[] assumptions, int node, Refutation proof, bool certainOnly)
    {
        var before = assumptions[node];
        assumptions[node] = true;
        var refutes = Refutes(proof, certainOnly);
        assumptions[node] = before;
        return refutes;
    }

    private bool Used(int leaf, int credential, Refutation proof, bool certainOnly)
    {
        // What must not be used there is used there: nothing is left to refute.
        if (!IsUsable(leaf, credential))
            return true;
        if (_assumed.Contains((leaf, credential)))
            return Refutes(proof, certainOnly);
        var before = _usable.AsSpan(0, _nodes.Length * _words).ToArray();
        _assumed.Add((leaf, credential));
        var domain = _domain[leaf];
        if (domain >= 0 && _assumed.Count(use => use.Credential == credential && _domain[use.Leaf] == domain) >= _domainUses[domain])
        {
            for (var other = 0; other < _nodes.Length; other++)
            {
                if (_domain[other] == domain && !_assumed.Contains((other, credential)))
                    Forbid(other, credential);
            }
        }

        var refutes = Refutes(proof, certainOnly);
        _assumed.RemoveAt(_assumed.Count - 1);
        before.CopyTo(_usable, 0);
        return refutes;
    }

    private bool NotUsed(int leaf, int credential, Refutation proof, bool certainOnly)
    {
        if (_assumed.Contains((leaf, credential)))
            return true;
        var before = IsUsable(leaf, credential);
        Forbid(leaf, credential);
        var refutes = Refutes(proof, certainOnly);
        if (before)
            _usable[(leaf * _words) + (credential >> 6)] |= 1UL << credential;
        return refutes;
    }

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

    private bool IsExceeded(bool certainOnly)
    {
        for (var node = 0; node < _nodes.Length; node++)
        {
            if (_nodes[node] is not Limit limit)
                continue;
            var used = _assumed.Where(use => _below[node].Contains(use.Leaf)).Select(use => use.Credential).Distinct().Where(credential => IsOf(limit, credential, certainOnly)).ToList();
            if (used.Count > (limit.Count ?? int.MaxValue) || (limit.Credits is { } most && Sum(used, !certainOnly) > Whole(most)))
                return true;
        }

        for (var cap = 0; cap < _caps.Length; cap++)
        {
            var shared = AssumedIn(_capDomains[cap].Left).Intersect(AssumedIn(_capDomains[cap].Right)).ToList();
            if (shared.Count > (_caps[cap].Count ?? int.MaxValue) || (_caps[cap].Credits is { } credits && Sum(shared, !certainOnly) > Whole(credits)))
                return true;
        }

        return false;
    }

    private IEnumerable<int> AssumedIn(int domain) => _assumed.Where(use => _domain[use.Leaf] == domain).Select(use => use.Credential);

    private Int128 Sum(IEnumerable<int> used, bool certainOnly) => used.Aggregate(Int128.Zero, (sum, credential) => sum + Whole(Worth(credential, certainOnly)));
}
