using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>A log alone is enough to make each of its decisions again.</summary>
public sealed class ReplayTests
{
    private static readonly Pathway Two = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c"));

    [Fact]
    public void Each_decision_of_a_log_comes_out_the_same()
    {
        var replay = new StackReplay();

        Assert.All(Log(), entry => Assert.Null(replay.Add("college", entry.Stream, entry.Event)));

        Assert.Equal((5, 0), (replay.Decisions, replay.OfOtherEngines));
    }

    [Fact]
    public void A_decision_that_was_changed_is_named()
    {
        var log = Log().Select(entry => entry.Event is StackEvaluated decision ? (entry.Stream, Event: decision with { Verdict = Verdict.Satisfied }) : entry);

        Assert.Contains("its hash is not the hash of what it says", Faults(log));
    }

    [Fact]
    public void Evidence_that_was_slipped_in_is_named()
    {
        var log = Log().SelectMany(entry => entry.Event is LearnerEnrolled ? [entry, (entry.Stream, new EvidenceAdded(Holds("urn:c")))] : new[] { entry });

        Assert.Contains("it was made of other evidence than the log has", Faults(log));
    }

    [Fact]
    public void A_pathway_that_was_never_published_is_named()
        => Assert.All(Faults(Log().Where(entry => entry.Event is not PathwayPublished)), fault => Assert.Contains("was never published", fault, StringComparison.Ordinal));

    private static List<string> Faults(IEnumerable<(string Stream, object Event)> log)
    {
        var replay = new StackReplay();
        return [.. log.Select(entry => replay.Add("college", entry.Stream, entry.Event)).OfType<string>()];
    }

    /// <summary>Two versions, a stack that fills, is waived, loses evidence, and changes its version.</summary>
    private static List<(string Stream, object Event)> Log()
    {
        var log = new List<(string, object)>();
        var pathway = PathwayState.Initial;
        foreach (var version in (Pathway[])[Two, Two with { Name = "Renamed" }])
        {
            var published = PathwayDecider.Decide(pathway, new PublishPathway("p1", version, PathwaySettings.None), Now).Events;
            pathway = PathwayDecider.Decider.Fold(pathway, published);
            log.AddRange(published.Select(@event => ("pathway-p1", @event)));
        }

        var state = StackState.Initial;
        var waiver = new Intervention("i1", InterventionKind.Waiver, "urn:b", null, null, null, "registrar-1", "Registrar's office", "agreed");
        foreach (var (command, version) in (IEnumerable<(StackCommand, int)>)
            [
                (new EnrolLearner("s1", "learner-1", "p1", 1, [Holds("urn:a")]), 1), (new AddEvidence(Holds("urn:b")), 1), (new GrantIntervention(waiver), 1),
                (new WithdrawEvidence("urn:credential:urn:a", WithdrawalReason.Revoked), 1), (new ChangePathwayVersion(2, "new catalogue", []), 2),
            ])
        {
            var published = pathway.Versions[version - 1];
            var events = StackDecider.Decide(state, command, PathwayCompiler.Compile(published.Pathway, published.Settings), Now).Events;
            state = StackDecider.Decider.Fold(state, events);
            log.AddRange(events.Select(@event => ("stack-s1", @event)));
        }

        return log;
    }
}
