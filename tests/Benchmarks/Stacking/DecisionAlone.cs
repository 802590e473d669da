using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.Benchmarks.Stacking;

/// <summary>What the decision itself takes, by how much the learner holds: fold, decide and write the events, without broker or database.</summary>
internal static class DecisionAlone
{
    private const int Rounds = 300;

    public static void Run(Report report)
    {
        var imported = CtdlImporter.Import(Encoding.UTF8.GetBytes(StackingSystem.Pathway()), new ImportOptions()).Value!.Pathways[0];
        var pathway = PathwayCompiler.Compile(imported.Pathway, imported.Settings);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var held in (int[])[5, 40])
        {
            var started = StackDecider.Decide(StackState.Initial, new EnrolLearner("s", "learner", "p", 1, [.. Enumerable.Range(0, held).Select(Holding)]), pathway, now);
            var state = StackDecider.Decider.Fold(StackState.Initial, started.Events);
            var (decided, written) = (new Samples(), new Samples());
            for (var round = 0; round < Rounds; round++)
            {
                var at = Stopwatch.GetTimestamp();
                var decision = StackDecider.Decide(state, new AddEvidence(Holding(held + (round % 10))), pathway, now);
                StackDecider.Decider.Fold(state, decision.Events);
                decided.Add(Stopwatch.GetElapsedTime(at).TotalMicroseconds);
                at = Stopwatch.GetTimestamp();
                foreach (var @event in decision.Events) JsonSerializer.Serialize(@event, @event.GetType());
                written.Add(Stopwatch.GetElapsedTime(at).TotalMicroseconds);
            }

            report.Add($"decision alone, {held} held", "p50", decided.Percentile(0.5), "µs");
            report.Add($"writing it, {held} held", "p50", written.Percentile(0.5), "µs");
        }

        Evidence Holding(int course) => new(
            $"https://hutchinson.example/credentials/{course}", EvidenceKind.Credential, $"https://hutchinson.example/achievements/C{course}", [$"C{course}"], $"Course {course}",
            "did:web:hutchinson.example", 3, "creditUnit:SemesterHour", null, null, 0.9m, now.AddDays(-1));
    }
}
