using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

public sealed class ExactnessTests
{
    /// <summary>More on demand: STACKING_CASES=40000.</summary>
    private static readonly int Cases = int.Parse(Environment.GetEnvironmentVariable("STACKING_CASES") ?? "5000");

    [Fact]
    public void Finds_what_trying_everything_finds()
    {
        var mismatches = new List<string>();
        for (var seed = 0; seed < Cases && mismatches.Count < 5; seed++)
        {
            var instance = new RandomInstance(seed);
            var (scale, missing, used) = Evaluator.StrictCost(instance.Graph, instance.Credentials, budget: 1_000_000);

            var expected = Oracle.Best(instance.Graph, instance.Credentials, scale);

            if ((missing, used) != expected)
                mismatches.Add($"seed {seed}: found {(missing, used)}, best is {expected}: {instance}");
        }

        Assert.True(mismatches.Count == 0, string.Join("\n", mismatches));
    }

    /// <summary>A comparison that never met a hard case would prove nothing.</summary>
    [Fact]
    public void The_cases_put_every_kind_of_node_into_every_other_and_let_credentials_compete()
    {
        var nestings = new HashSet<(Type, Type)>();
        var contended = 0;
        for (var seed = 0; seed < 1_000; seed++)
        {
            var instance = new RandomInstance(seed);
            foreach (var node in instance.Graph.Nodes)
                nestings.UnionWith(ChildrenOf(node).Select(child => (node.GetType(), child.GetType())));
            contended += Contention.Find(new(instance.Graph, instance.Credentials, possible: false)) is null ? 0 : 1;
        }

        Type[] inner = [typeof(SomeOf), typeof(MinimumCredits)];
        Type[] all = [.. inner, typeof(Leaf), typeof(Attestation)];
        Assert.Equal(inner.Length * all.Length, nestings.Count);
        Assert.True(contended > 250, $"Only {contended} cases compete.");
    }

    private static IReadOnlyList<Requirement> ChildrenOf(Requirement node) => node switch
    {
        SomeOf group => group.Children,
        MinimumCredits minimum => [minimum.Child],
        _ => [],
    };
}
