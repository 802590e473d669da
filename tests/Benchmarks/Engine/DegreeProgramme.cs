using Pathways.PathwayStacking.Engine;

namespace Pathways.Benchmarks.Engine;

/// <summary>
/// A degree programme as catalogues have them: required courses, one of a few, course with laboratory, so many credits from a range, one of several
/// concentrations; about 85 nodes, some courses in several places, each counting once. And a learner some way through it.
/// </summary>
internal sealed class DegreeProgramme
{
    private readonly Random _random;
    private readonly Dictionary<int, List<string>> _leavesOf = [];
    private readonly List<int> _listed = [];
    private readonly double _overlap;
    private int _nodes;
    private int _leaves;

    /// <param name="overlap">How often a place asks for a course that another place asks for too.</param>
    private DegreeProgramme(int seed, double overlap) => (_random, _overlap) = (new Random(seed), overlap);

    public static Shape Build(int seed, int? nodes = null, int? credentials = null, double overlap = 0.1)
    {
        var programme = new DegreeProgramme(seed, overlap);
        // Half of all programmes have 85 nodes or fewer, one in a hundred more than 260.
        var size = nodes ?? (int)Math.Clamp(85 * Math.Exp(0.45 * programme.Normal()), 20, 299);
        var sections = new List<Requirement>();
        while (programme._nodes < size - 8)
            sections.Add(programme.Section());
        var root = SomeOf.All("root", sections);
        return programme.Enrol(root, credentials ?? (int)Math.Clamp(40 * Math.Exp(0.4 * programme.Normal()), 4, 183));
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private string Key() => $"n{_nodes++:000}";

    private Requirement Section()
    {
        switch (_random.Next(10))
        {
            case < 4:
                return SomeOf.All(Key(), [.. Enumerable.Range(0, _random.Next(4, 12)).Select(_ => Course())]);
            case 4 or 5:
                return new SomeOf(Key(), _random.Next(1, 4), [.. Enumerable.Range(0, _random.Next(4, 8)).Select(_ => Course())]);
            case 6:
                return SomeOf.Any(Key(), WithLaboratory(), WithLaboratory());
            case 7 or 8:
                return Range();
            default:
                return SomeOf.Any(Key(), [.. Enumerable.Range(0, _random.Next(2, 5)).Select(_ => (Requirement)SomeOf.All(Key(), [Course(), Course(), Course(), Range()]))]);
        }
    }

    private SomeOf WithLaboratory() => SomeOf.All(Key(), Course(), Course());

    private Leaf Course()
    {
        var course = _listed.Count > 0 && _random.NextDouble() < _overlap ? _listed[_random.Next(_listed.Count)] : _random.Next(1_000);
        var leaf = new Leaf(Key(), 1, domain: "once");
        _leaves++;
        List(course, leaf.Key);
        return leaf;
    }

    private Leaf Range()
    {
        var leaf = new Leaf(Key(), 0, 4 * _random.Next(2, 5), domain: "once");
        _leaves++;
        var start = _random.Next(1_000);
        for (var course = start; course < start + _random.Next(15, 60); course++)
            List(course % 1_000, leaf.Key);
        return leaf;
    }

    private void List(int course, string leaf)
    {
        if (!_leavesOf.TryGetValue(course, out var leaves))
            _leavesOf[course] = leaves = [];
        if (leaves.Count == 0)
            _listed.Add(course);
        leaves.Add(leaf);
    }

    private Shape Enrol(Requirement root, int credentials)
    {
        var graph = RequirementGraph.Compile(root);
        var taken = new SortedSet<int>();
        while (taken.Count < credentials)
            taken.Add(_random.Next(4) > 0 ? _listed[_random.Next(_listed.Count)] : _random.Next(1_000));
        return new(graph, [.. taken.Select(course => new Credential(
            $"course {course:0000}",
            course % 10 == 0 ? 1 : course % 17 == 0 ? 5 : 4,
            [.. _leavesOf.GetValueOrDefault(course, []).Distinct().Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))]))]);
    }
}
