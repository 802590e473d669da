namespace Pathways.PathwayStacking.Engine;

public sealed partial class CertificateVerifier
{
    private readonly List<(int Leaf, int Credential)> _assumed = [];
    private bool[] _satisfied = [];
    private bool[] _excluded = [];
    private bool[] _possible = [];
    private bool[] _needed = [];
    private bool _certainOnly;

    private bool IsRefuted(Refutation proof, bool certainOnly)
    {
        if (_satisfied.Length == 0)
            (_satisfied, _excluded, _possible, _needed) = (new bool[_nodes.Length], new bool[_nodes.Length], new bool[_nodes.Length], new bool[_nodes.Length]);
        _certainOnly = certainOnly;
        _assumed.Clear();
        Array.Clear(_satisfied);
        Array.Clear(_excluded);
        Open(certainOnly);
        ForbidWhatIsTooMuch(certainOnly);
        return Refutes(proof, certainOnly);
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

        if (_assumed.Count(use => use.Leaf == leaf) >= ((Leaf)_nodes[leaf]).Maximum)
        {
            foreach (var other in Usable(leaf).Where(other => !_assumed.Contains((leaf, other))))
                Forbid(leaf, other);
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
            Allow(leaf, credential);
        return refutes;
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
