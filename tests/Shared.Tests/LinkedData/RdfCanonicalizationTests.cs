using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Pathways.LinkedData;
using Pathways.LinkedData.Rdf;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class RdfCanonicalizationTests
{
    [Fact]
    public void Passes_the_published_tests_and_refuses_the_poison_graph()
    {
        var folder = PublishedData.Require("rdf-canon");
        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "manifest.jsonld")));
        var misses = new List<string>();
        var count = 0;
        foreach (var test in manifest.RootElement.GetProperty("entries").EnumerateArray())
        {
            count++;
            if (Run(folder, test) is { } miss)
                misses.Add($"{test.Text("id")} {test.Text("name")}: {miss}");
        }
        TestContext.Current.TestOutputHelper!.WriteLine($"RDFC-1.0: {count - misses.Count} of {count}");
        Assert.Equal(86, count);
        Assert.Empty(misses);
    }

    [Theory]
    // RDFC-1.0, example 2 and its like: two nodes that are told apart by what hangs on them.
    [InlineData(
        "_:x <urn:p> _:y .\n_:y <urn:p> \"1\" .\n",
        "_:c14n0 <urn:p> \"1\" .\n_:c14n1 <urn:p> _:c14n0 .\n")]
    [InlineData("_:a <urn:p> _:b .\n_:b <urn:p> _:a .\n", "_:c14n0 <urn:p> _:c14n1 .\n_:c14n1 <urn:p> _:c14n0 .\n")]
    [InlineData("<urn:s> <urn:p> \"a\\u0009\\u007F\\\"\"@en .\n", "<urn:s> <urn:p> \"a\\t\\u007F\\\"\"@en .\n")]
    [InlineData("", "")]
    public void Gives_the_canonical_form(string input, string expected)
        => Assert.Equal(expected, Encoding.UTF8.GetString(RdfCanonicalization.Canonicalize(NQuads.Parse(input)).NQuads));

    [Fact]
    public void Refuses_a_thousand_blank_nodes_that_look_alike_in_good_time()
    {
        var ring = Enumerable.Range(0, 1000).Select(i => new Quad($"_:n{i}", "<urn:next>", $"_:n{(i + 1) % 1000}", "")).ToList();
        var clique = (from i in Enumerable.Range(0, 30) from j in Enumerable.Range(0, 30) where i != j select new Quad($"_:n{i}", "<urn:knows>", $"_:n{j}", "")).ToList();
        var clock = Stopwatch.StartNew();
        foreach (var graph in new[] { ring, clique })
            Assert.Equal("too much work", Assert.Throws<LinkedDataException>(() => RdfCanonicalization.Canonicalize(graph)).Code);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"It took {clock.Elapsed}.");
    }

    [Fact]
    public void The_names_of_blank_nodes_and_the_order_of_statements_do_not_matter()
        => Prop.ForAll(Graphs.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (edges, seed) =>
        {
            var random = new Random(seed);
            var names = Enumerable.Range(0, 8).OrderBy(_ => random.Next()).ToArray();
            var original = edges.Select(edge => Statement(edge, node => node)).Distinct().ToList();
            var relabelled = edges.Select(edge => Statement(edge, node => names[node] + 100)).Distinct().OrderBy(_ => random.Next()).ToList();
            return Canonical(original) == Canonical(relabelled);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_statement_changes_the_canonical_form()
        => Prop.ForAll(Graphs.ToArbitrary(), edges =>
        {
            var original = edges.Select(edge => Statement(edge, node => node)).Distinct().ToList();
            if (original.Count == 0)
                return true;
            var changed = original.ToList();
            changed[0] = changed[0] with { Predicate = "<urn:another>" };
            return Canonical(original) != Canonical(changed);
        }).QuickCheckThrowOnFailure();

    /// <summary>Small graphs: 8 nodes, the last two of them with names.</summary>
    private static readonly Gen<List<(int From, int Predicate, int To)>> Graphs =
        (from Subject in Gen.Choose(0, 7)
         from predicate in Gen.Choose(0, 1)
         from target in Gen.Choose(0, 7)
         select (Subject, predicate, target)).ListOf(8).Select(list => list.ToList());

    private static Quad Statement((int From, int Predicate, int To) edge, Func<int, int> rename)
        => new(Node(edge.From, rename), $"<urn:p{edge.Predicate}>", Node(edge.To, rename), "");

    private static string Node(int node, Func<int, int> rename) => node >= 6 ? $"<urn:n{node}>" : $"_:n{rename(node)}";

    private static string Canonical(IReadOnlyList<Quad> quads) => Encoding.UTF8.GetString(RdfCanonicalization.Canonicalize(quads).NQuads);

    private static string? Run(string folder, JsonElement test)
    {
        var quads = NQuads.Parse(File.ReadAllText(Path.Combine(folder, test.Text("action")!)));
        var hash = test.Text("hashAlgorithm") == "SHA384" ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        try
        {
            var canonical = RdfCanonicalization.Canonicalize(quads, hash);
            switch (test.Text("type"))
            {
                case "rdfc:RDFC10EvalTest":
                    var text = Encoding.UTF8.GetString(canonical.NQuads);
                    return text == File.ReadAllText(Path.Combine(folder, test.Text("result")!)) ? null : text;
                case "rdfc:RDFC10MapTest":
                    using (var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, test.Text("result")!))))
                    {
                        var same = expected.RootElement.EnumerateObject().All(member =>
                            canonical.Labels.GetValueOrDefault("_:" + member.Name) == "_:" + member.Value.GetString());
                        return same ? null : "another map";
                    }
                default:
                    return "it was not refused";
            }
        }
        catch (LinkedDataException problem)
        {
            return test.Text("type") == "rdfc:RDFC10NegativeEvalTest" ? null : problem.Message;
        }
    }
}
