using System.Runtime.InteropServices;
using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>
/// The best cost by trying every legal use of every credential and every choice of children. Shares nothing with the solver but the
/// requirement classes; good for a handful of credentials and leaves.
/// </summary>
internal sealed class Oracle
{
    private readonly RequirementGraph _graph;
    private readonly IReadOnlyList<Credential> _credentials;
    private readonly Question _question;
    private readonly bool _generous;
    private readonly Leaf[] _leaves;
    private readonly int[] _at;
    private readonly Dictionary<string, int> _numbers;
    private readonly int[] _taken;
    private readonly int[] _eligible;
    private readonly int[] _doubtful;
    private readonly List<(int Credential, string Place, int[] Leaves, int Uses)> _tokens = [];
    private Price _best = Price.Worst;

    private Oracle(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question, bool generous)
    {
        (_graph, _credentials, _question, _generous) = (graph, credentials, question, generous);
        _at = [.. graph.Nodes.Index().Where(node => node.Item is Leaf).Select(node => node.Index)];
        _leaves = [.. _at.Select(node => (Leaf)graph.Nodes[node])];
        _numbers = _leaves.Index().ToDictionary(leaf => leaf.Item.Key, leaf => leaf.Index);
        (_taken, _eligible, _doubtful) = (new int[_leaves.Length], new int[_leaves.Length], new int[_leaves.Length]);
        for (var leaf = 0; leaf < _leaves.Length; leaf++)
        {
            for (var credential = 0; credential < credentials.Count; credential++)
            {
                var verdict = Admitted(leaf, credential);
                if (verdict == Verdict.Satisfied || (generous && verdict == Verdict.Unknown))
                    _eligible[leaf] |= 1 << credential;
                if (generous && verdict == Verdict.Unknown)
                    _doubtful[leaf] |= 1 << credential;
            }
        }

        // What is only looked at beside, as a prerequisite, takes nothing.
        var below = Below(graph.Nodes[graph.Root]).ToHashSet();
        for (var credential = 0; credential < credentials.Count; credential++)
        {
            foreach (var place in Enumerable.Range(0, _leaves.Length).Where(leaf => below.Contains(_leaves[leaf].Key) && (_eligible[leaf] & (1 << credential)) != 0).GroupBy(leaf => _leaves[leaf].Domain ?? $"only {_leaves[leaf].Key}"))
                _tokens.Add((credential, place.Key, [.. place], graph.Rules.Exclusivities?.FirstOrDefault(rule => rule.Domain == place.Key)?.Uses ?? 1));
        }
    }

    /// <summary>Missing, doubt, uses, moved, preference.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Price(Rational Missing, long Doubt, long Uses, long Moved, long Preference) : IComparable<Price>
    {
        public static Price Worst => new(long.MaxValue, 0, 0, 0, 0);

        public static Price operator +(Price left, Price right)
            => new(left.Missing + right.Missing, left.Doubt + right.Doubt, left.Uses + right.Uses, left.Moved + right.Moved, left.Preference + right.Preference);

        public int CompareTo(Price other)
            => (Missing, Doubt, Uses, Moved, Preference).CompareTo((other.Missing, other.Doubt, other.Uses, other.Moved, other.Preference));
    }

    public static Verdict VerdictOf(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question)
    {
        if (Best(graph, credentials, question).Missing == 0)
            return Verdict.Satisfied;
        return Best(graph, credentials, question, generous: true).Missing == 0 ? Verdict.Unknown : Verdict.NotSatisfied;
    }

    public static Price Best(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question question, bool generous = false)
    {
        var oracle = new Oracle(graph, credentials, question, generous);
        oracle.Assign(0);
        return oracle._best;
    }

    /// <summary>How many assignments there are to try.</summary>
    public static double Size(RequirementGraph graph, IReadOnlyList<Credential> credentials)
        => new Oracle(graph, credentials, new Question(), generous: true)._tokens.Aggregate(1.0, (size, token) => size * Math.Pow(2, token.Leaves.Length));

    private static IEnumerable<string> Below(Requirement node) => node switch
    {
        SomeOf group => group.Children.SelectMany(Below),
        Tally tally => Below(tally.Child),
        _ => [node.Key],
    };

    private void Assign(int token)
    {
        if (token == _tokens.Count)
        {
            if (!(_graph.Rules.Caps ?? []).All(IsWithin))
                return;
            foreach (var way in Ways(_graph.Nodes[_graph.Root]))
                _best = way.Price.CompareTo(_best) < 0 ? way.Price : _best;
            return;
        }

        var (credential, _, leaves, uses) = _tokens[token];
        for (var subset = 0; subset < 1 << leaves.Length; subset++)
        {
            if (int.PopCount(subset) > uses)
                continue;
            var chosen = leaves.Where((_, index) => (subset & (1 << index)) != 0).ToList();
            if (chosen.Exists(leaf => int.PopCount(_taken[leaf]) >= _leaves[leaf].Maximum))
                continue;
            foreach (var leaf in chosen)
                _taken[leaf] |= 1 << credential;
            Assign(token + 1);
            foreach (var leaf in chosen)
                _taken[leaf] &= ~(1 << credential);
        }
    }

    private bool IsWithin(SharingCap cap)
    {
        var shared = UsedIn(cap.Left) & UsedIn(cap.Right);
        return int.PopCount(shared) <= (cap.Count ?? int.MaxValue) && (cap.Credits is not { } most || Sum(shared, Careful) <= most);
    }

    private int UsedIn(string domain) => _leaves.Index().Where(leaf => leaf.Item.Domain == domain).Aggregate(0, (mask, leaf) => mask | _taken[leaf.Index]);

    /// <summary>Price and used credentials, for each way to choose children.</summary>
    private IEnumerable<(Price Price, int Credentials)> Ways(Requirement node)
    {
        switch (node)
        {
            case Leaf leaf:
                return [LeafWay(leaf)];
            case Tally tally:
                return Ways(tally.Child).SelectMany(way => Missing(tally, Of(tally, way.Credentials)) is { } missing
                    ? new[] { (way.Price + new Price(missing, 0, 0, 0, 0), way.Credentials) }
                    : []);
            case SomeOf group:
                var children = group.Children.Select(child => Ways(child).Distinct().ToList()).ToList();
                var least = Math.Min(Math.Max(0, group.Required), children.Count);
                var shortage = new Price(Math.Max(0, group.Required - children.Count), 0, 0, 0, 0);
                return Enumerable.Range(0, 1 << children.Count)
                    .Where(subset => int.PopCount(subset) >= least)
                    .SelectMany(subset => Combine(children.Where((_, index) => (subset & (1 << index)) != 0), shortage))
                    .Distinct();
            default:
                return [(_generous ? new Price(0, 1L << 30, 0, 0, 0) : new Price(1, 0, 0, 0, 0), 0)];
        }
    }

    private (Price, int) LeafWay(Leaf leaf)
    {
        var number = _numbers[leaf.Key];
        var taken = _taken[number];
        var missing = Math.Max(0, leaf.Count - int.PopCount(taken)) + Rational.Max(0, leaf.Credits - Sum(taken, Plain));
        var uses = Members(taken).ToList();
        var moved = _question.Published is { } published ? uses.Count(credential => !published.Contains(new(_at[number], credential))) : 0;
        return (new(missing * leaf.Weight, int.PopCount(taken & _doubtful[number]), uses.Count, moved, uses.Sum(credential => _credentials[credential].Preference)), taken);
    }

    private static IEnumerable<(Price Price, int Credentials)> Combine(IEnumerable<List<(Price Price, int Credentials)>> children, Price shortage)
        => children.Aggregate(
            (IEnumerable<(Price Price, int Credentials)>)[(shortage, 0)],
            (ways, child) => ways.SelectMany(way => child.Select(next => (way.Price + next.Price, way.Credentials | next.Credentials))));

    /// <summary>Null when the limit is exceeded.</summary>
    private Rational? Missing(Tally tally, int counted) => tally switch
    {
        MinimumCredits minimum => Rational.Max(0, minimum.Credits - Sum(counted, Plain)),
        MinimumCount minimum => Math.Max(0, minimum.Count - int.PopCount(counted)),
        MinimumAverage average => Members(counted).Aggregate(Rational.Zero, (sum, credential) => sum + Above(average, credential)).Sign < 0 ? 1 : 0,
        Limit limit => int.PopCount(counted) > (limit.Count ?? int.MaxValue) || (limit.Credits is { } most && Sum(counted, Careful) > most) ? null : 0,
        _ => throw new ArgumentException("An unknown tally.", nameof(tally)),
    };

    private Rational Above(MinimumAverage average, int credential)
        => _credentials[credential].Facts?.Points is { } points ? _credentials[credential].Credits * (points - average.Points) : 0;

    private int Of(Tally tally, int credentials) => Members(credentials).Where(credential => IsOf(tally, credential)).Aggregate(0, (mask, credential) => mask | (1 << credential));

    private bool IsOf(Tally tally, int credential)
    {
        var facts = _credentials[credential].Facts;
        if (tally.Of is null || facts?.Classes?.Contains(tally.Of) == true)
            return true;
        return facts?.PossibleClasses?.Contains(tally.Of) == true && tally is not MinimumAverage && (tally is Limit ? !_generous : _generous);
    }

    private Rational Plain(Credential credential) => _generous ? credential.PossibleCredits ?? credential.Credits : credential.Credits;

    private Rational Careful(Credential credential) => _generous ? credential.Credits : credential.PossibleCredits ?? credential.Credits;

    private Rational Sum(int mask, Func<Credential, Rational> worth) => Members(mask).Aggregate(Rational.Zero, (sum, credential) => sum + worth(_credentials[credential]));

    private static IEnumerable<int> Members(int mask)
    {
        for (var member = 0; mask >> member != 0; member++)
        {
            if ((mask & (1 << member)) != 0)
                yield return member;
        }
    }

    private Verdict Admitted(int leaf, int credential)
    {
        var (requirement, facts) = (_leaves[leaf], _credentials[credential].Facts);
        if (_question.At is { } at && (facts?.Awarded > at || facts?.ValidUntil <= at))
            return Verdict.NotSatisfied;
        var names = (_graph.Rules.Substitutions ?? []).Where(rule => rule.Leaves.Contains(requirement.Key)).SelectMany(rule => rule.Leaves).Append(requirement.Key);
        var eligible = _credentials[credential].Eligible.Where(eligible => names.Contains(_graph.Nodes[eligible.Leaf].Key)).ToList();
        if (eligible.Count == 0)
            return Verdict.NotSatisfied;
        List<Verdict> verdicts = [eligible.Exists(option => option.Certain) ? Verdict.Satisfied : Verdict.Unknown];
        if (requirement.Admission is { } admission)
        {
            verdicts.Add(admission.MinimumPoints is null ? Verdict.Satisfied : facts?.Points is null ? Verdict.Unknown : Decided(facts.Points >= admission.MinimumPoints));
            verdicts.Add(admission.MinimumLevel is null ? Verdict.Satisfied : facts?.Level is null ? Verdict.Unknown : Decided(facts.Level >= admission.MinimumLevel));
            verdicts.Add(admission.RecencyMonths is null ? Verdict.Satisfied : facts?.Awarded is null || _question.At is null ? Verdict.Unknown : Decided(facts.Awarded >= _question.At.Value.AddMonths(-admission.RecencyMonths.Value)));
            verdicts.Add(admission.Of is null || facts?.Classes?.Contains(admission.Of) == true ? Verdict.Satisfied : facts?.PossibleClasses?.Contains(admission.Of) == true ? Verdict.Unknown : Verdict.NotSatisfied);
        }

        if (requirement.After is { } after)
            verdicts.Add(Before(after, generous: false) ? Verdict.Satisfied : Before(after, generous: true) ? Verdict.Unknown : Verdict.NotSatisfied);
        return verdicts.Min();
    }

    private static Verdict Decided(bool holds) => holds ? Verdict.Satisfied : Verdict.NotSatisfied;

    private bool Before(Requirement node, bool generous)
    {
        switch (node)
        {
            case SomeOf group:
                return group.Children.Count(child => Before(child, generous)) >= group.Required;
            case Leaf leaf:
                var number = _numbers[leaf.Key];
                var usable = Enumerable.Range(0, _credentials.Count).Where(credential => Admitted(number, credential) is var verdict && (verdict == Verdict.Satisfied || (generous && verdict == Verdict.Unknown))).ToList();
                return Enumerable.Range(0, 1 << usable.Count).Any(subset => int.PopCount(subset) >= leaf.Count && int.PopCount(subset) <= leaf.Maximum
                    && usable.Where((_, index) => (subset & (1 << index)) != 0).Aggregate(Rational.Zero, (sum, credential) => sum + (generous ? _credentials[credential].PossibleCredits ?? _credentials[credential].Credits : _credentials[credential].Credits)) >= leaf.Credits);
            default:
                return generous;
        }
    }
}
