using Pathways.PathwayStacking.Engine;

namespace Pathways.Benchmarks.Engine;

/// <summary>One pathway with one learner's credentials.</summary>
internal sealed record Shape(RequirementGraph Graph, IReadOnlyList<Credential> Credentials);

/// <summary>Generated instances of the shapes that real pathways have, and of those that are hard. The seed repeats them.</summary>
internal static class Shapes
{
    /// <summary>So many of five leaves in each of sixty groups: 200 credentials, 300 leaves, 120 places to fill.</summary>
    public static Shape Flow(int seed, int credentials = 200, int groups = 60, int perLeaf = 4)
    {
        var random = new Random(seed);
        var eligible = Empty(credentials);
        var children = new List<Requirement>();
        for (var group = 0; group < groups; group++)
        {
            var leaves = Enumerable.Range(0, 5).Select(part => new Leaf($"g{group}.{part}", 1, domain: "once")).ToList();
            foreach (var leaf in leaves)
                Open(random, eligible, leaf.Key, 1 + random.Next((2 * perLeaf) - 1));
            children.Add(new SomeOf($"g{group}", 2, leaves));
        }

        return Finish(SomeOf.All("root", children), eligible, _ => 4);
    }

    /// <summary>22 of 60 triples over 90 credentials, each of a triple's three needs one certain credential: set packing where it is hardest.</summary>
    public static Shape Packing(int seed, int triples = 60, int credentials = 90, int required = 22)
    {
        var random = new Random(seed);
        var eligible = Empty(credentials);
        var children = new List<Requirement>();
        for (var triple = 0; triple < triples; triple++)
        {
            var picked = Enumerable.Range(0, credentials).ToArray();
            random.Shuffle(picked);
            for (var part = 0; part < 3; part++)
                eligible[picked[part]].Add($"t{triple}.{part}");
            children.Add(SomeOf.All($"t{triple}", [.. Enumerable.Range(0, 3).Select(part => new Leaf($"t{triple}.{part}", 1, domain: "once"))]));
        }

        return Finish(new SomeOf("root", required, children), eligible, _ => 3);
    }

    /// <summary>Slots that ask for credits, 95 % of all there are, from credentials that do not divide and fit everywhere.</summary>
    public static Shape Cover(int seed, int items, int slots, double tightness)
    {
        var random = new Random(seed);
        int[] sizes = [2, 3, 4, 5, 6, 8, 10];
        var credits = Enumerable.Range(0, items).Select(_ => sizes[random.Next(sizes.Length)]).ToArray();
        var demand = (int)(credits.Sum() * tightness);
        var shares = Enumerable.Range(0, slots).Select(_ => 1 + random.NextDouble()).ToArray();
        var demands = shares.Select(share => (int)(share / shares.Sum() * demand)).ToArray();
        demands[0] += demand - demands.Sum();
        var keys = Enumerable.Range(0, slots).Select(slot => $"s{slot}").ToArray();
        var eligible = Enumerable.Range(0, items).Select(_ => keys.ToList()).ToArray();
        return Finish(SomeOf.All("root", [.. keys.Select((key, slot) => new Leaf(key, 0, demands[slot], domain: "once"))]), eligible, item => credits[item]);
    }

    /// <summary>Three programmes of forty places each over 200 credentials, and few credentials may count in two of them.</summary>
    public static Shape Programmes(int seed)
    {
        var random = new Random(seed);
        var eligible = Empty(200);
        string[] names = ["a", "b", "c"];
        var programmes = names.Select(name => (Requirement)SomeOf.All(name, [.. Enumerable.Range(0, 40).Select(place =>
        {
            Open(random, eligible, $"{name}{place}", 2 + random.Next(8));
            return new Leaf($"{name}{place}", 1, domain: name);
        })])).ToList();
        var caps = new List<SharingCap> { new("ab", "a", "b", random.Next(4)), new("ac", "a", "c", random.Next(4)), new("bc", "b", "c", random.Next(4)) };
        return Finish(SomeOf.All("root", programmes), eligible, _ => 4, new Rules(Caps: caps));
    }

    /// <summary>What enumerating engines die of: ranges with many electives, overlapping, counted by credits.</summary>
    public static Shape Killer(int seed)
    {
        var random = new Random(seed);
        var eligible = Empty(48);
        var ranges = new List<Requirement>();
        for (var range = 0; range < 8; range++)
        {
            Open(random, eligible, $"r{range}", 24);
            ranges.Add(range % 2 == 0 ? new Leaf($"r{range}", 0, 16, domain: "once") : new Leaf($"r{range}", 4, domain: "once"));
        }

        return Finish(SomeOf.All("root", ranges), eligible, _ => 4);
    }

    internal static List<string>[] Empty(int credentials) => [.. Enumerable.Range(0, credentials).Select(_ => new List<string>())];

    internal static void Open(Random random, List<string>[] eligible, string leaf, int count)
    {
        var picked = new HashSet<int>();
        while (picked.Count < Math.Min(count, eligible.Length))
            picked.Add(random.Next(eligible.Length));
        foreach (var credential in picked.Order())
            eligible[credential].Add(leaf);
    }

    internal static Shape Finish(Requirement root, List<string>[] eligible, Func<int, int> credits, Rules? rules = null)
    {
        var graph = RequirementGraph.Compile(root, rules ?? Rules.None);
        return new(graph, [.. eligible.Select((leaves, number) => new Credential($"c{number:000}", credits(number), [.. leaves.Distinct().Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))]))]);
    }
}
