using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

public sealed class WorkspaceTests
{
    [Fact]
    public void One_credential_more_or_less_gives_what_evaluating_anew_gives()
    {
        var changed = new Workspace();
        for (var seed = 0; seed < 300; seed++)
        {
            // Half of them so plain that everything can stay in its place.
            var instance = new RandomInstance(seed, maxCredentials: 8, doubts: seed % 4 == 0, oracle: false, plain: seed % 2 == 0);
            var random = new Random(seed);
            changed.Evaluate(instance.Graph, instance.Credentials, instance.Question with { Published = null });
            for (var change = 0; change < 8 && instance.Credentials.Count > 0; change++)
            {
                var credential = instance.Credentials[random.Next(instance.Credentials.Count)];
                _ = changed.Credentials.Any(held => held.Id == credential.Id) ? changed.Remove(credential.Id) : changed.Add(credential);
                var anew = new Workspace();
                anew.Evaluate(instance.Graph, [.. changed.Credentials.Reverse()], instance.Question with { Published = null });
                var (found, expected) = (changed.ToEvaluation(), anew.ToEvaluation());

                Assert.True(Uses(changed, found).SequenceEqual(Uses(anew, expected)), $"seed {seed}: {instance}");
                Assert.Equal(expected.Outcomes, found.Outcomes);
                Assert.Equal((expected.Verdict, expected.Missing), (found.Verdict, found.Missing));
            }
        }
    }

    [Fact]
    public void Threads_with_a_workspace_each_find_what_one_finds()
    {
        var instances = Enumerable.Range(0, 400).Select(seed => new RandomInstance(seed, doubts: true)).ToList();
        var serial = instances.ConvertAll(Answer);
        var parallel = new string[instances.Count];

        Parallel.For(0, instances.Count, index => parallel[index] = Answer(instances[index]));

        Assert.Equal(serial, parallel);
    }

    [Fact]
    public void Warm_it_allocates_nothing()
    {
        var instances = Enumerable.Range(0, 200).Select(seed => new RandomInstance(seed, doubts: true)).ToList();
        var workspace = new Workspace();
        for (var round = 0; round < 3; round++)
            instances.ForEach(instance => workspace.Evaluate(instance.Graph, instance.Credentials, instance.Question));
        var before = GC.GetAllocatedBytesForCurrentThread();

        instances.ForEach(instance => workspace.Evaluate(instance.Graph, instance.Credentials, instance.Question));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000);
    }

    private static string Answer(RandomInstance instance)
    {
        var evaluation = Evaluator.Evaluate(instance.Graph, instance.Credentials, instance.Question);
        return $"{evaluation.Verdict} {evaluation.Missing} {string.Join(' ', evaluation.Uses)} {string.Join(' ', evaluation.Outcomes)}";
    }

    private static IEnumerable<(int Leaf, string Id)> Uses(Workspace workspace, Evaluation evaluation)
        => evaluation.Uses.Select(use => (use.Leaf, workspace.Credentials[use.Credential].Id)).Order();
}
