using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

/// <summary>Requirements of one kind each, with what random ones of every kind seldom reach.</summary>
internal static class Shapes
{
    /// <summary>Leaves that are alike beside others, in a domain that uses credentials two or three times.</summary>
    public static (RequirementGraph Graph, List<Credential> Credentials) Alike(int seed, int twins = 3, int others = 2, int credentials = 5, double most = double.MaxValue)
    {
        var random = new Random(seed);
        var (count, demand, credits) = (random.Next(2), random.Next(1, 5), random.Next(1, 4));
        List<string> alike = [.. Enumerable.Range(0, random.Next(2, twins + 1)).Select(number => $"t{number}")];
        List<string> beside = [.. Enumerable.Range(0, random.Next(1, others + 1)).Select(number => random.Next(2) == 0 ? $"a{number}" : $"x{number}")];
        Leaf[] leaves = [.. alike.Select(key => new Leaf(key, count, demand, domain: "d")), .. beside.Select(key => new Leaf(key, random.Next(2), random.Next(1, 8), domain: "d"))];
        var graph = RequirementGraph.Compile(SomeOf.All("root", leaves), new Rules([new("d", random.Next(2, 4))]));
        return (graph, Hold(graph, random.Next(2, credentials + 1), most, number =>
            Worth(graph, $"c{number:00}", random.Next(3) > 0 ? credits : random.Next(1, 5), [.. random.Next(2) == 0 ? alike : [], .. beside.Where(_ => random.Next(3) > 0)])));
    }

    /// <summary>Two domains that may share as many credentials as a leaf weighs, mostly; the smaller one is harder to fill.</summary>
    public static (RequirementGraph Graph, List<Credential> Credentials) Shared(int seed, int left = 2, int right = 4, int credentials = 4, double most = double.MaxValue)
    {
        var random = new Random(seed);
        var weight = Math.Max(1, random.Next(4));
        List<string> here = [.. Enumerable.Range(0, left).Select(number => $"a{number}")], there = [.. Enumerable.Range(0, right).Select(number => $"b{number}")];
        var graph = RequirementGraph.Compile(
            SomeOf.All("root", [.. here.Concat(there).Select(key => new Leaf(key, random.Next(40) == 0 ? 2 : 1, domain: key[..1], weight: random.Next(40) == 0 ? 2 : weight))]),
            new Rules(Caps: [new("cap", "a", "b", random.Next(4) == 0 ? random.Next(4) : weight)]));
        return (graph, Hold(graph, credentials, most, number => Worth(graph, $"c{number:00}", 1, [.. here.Where(_ => random.Next(3) == 0), .. there.Where(_ => random.Next(2) == 0)])));
    }

    public static Credential Worth(RequirementGraph graph, string id, Rational credits, params IEnumerable<string> leaves)
        => new(id, credits, [.. leaves.Select(leaf => new Eligibility(graph.IndexOf(leaf), Certain: true))]);

    /// <param name="most">As many assignments as trying everything can afford; credentials beyond are left out.</param>
    private static List<Credential> Hold(RequirementGraph graph, int count, double most, Func<int, Credential> make)
    {
        List<Credential> held = [];
        foreach (var candidate in Enumerable.Range(0, count).Select(make))
            held = Oracle.Size(graph, [.. held, candidate]) <= most ? [.. held, candidate] : held;
        return held;
    }
}
