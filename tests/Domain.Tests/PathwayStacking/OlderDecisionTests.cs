using Pathways.PathwayStacking.Domain;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>What version 8 has decided is not called wrong because today's version would decide or say something else.</summary>
public sealed class OlderDecisionTests
{
    private static readonly Intervention Waiver = new("urn:waiver", InterventionKind.Waiver, "urn:b", null, null, null, "registrar-1", "Registrar's office", "agreed");

    private static readonly CompiledPathway Limited = Compiled(
        Certificate("urn:goal", Some(2, "urn:a", "urn:b") with { Constraints = [new(null, null, null, ["ex:grade"], null, "GTEQ", ["C"], null)] }), Course("urn:a"), Course("urn:b"));

    private static readonly Evidence Held = Holds("urn:a", grade: "B");

    [Fact]
    public void In_other_words_it_is_checked_and_not_decided_anew()
    {
        var decision = AsOf8(Assessment.Of(Stack, Limited, [Held], Now).Evaluated with { Missing = [new("urn:goal", "urn:b is needed", ["urn:b"])] });

        var (fault, replay) = Replay(decision);

        Assert.Null(fault);
        Assert.Equal((1, 1, 0), (replay.Decisions, replay.OfOtherEngines, replay.Unproven));
    }

    [Fact]
    public void Whose_certificate_is_about_a_limit_on_a_waived_component_it_is_checked_but_for_that()
    {
        // Version 8 left the limit in the graph: the waiver changed nothing.
        var waived = Limited.With([Waiver]);
        var decision = AsOf8(Assessment.Of(Stack, Limited, [Held], Now).Evaluated with { InterventionsHash = CanonicalJson.Sha256(waived.Interventions) });

        var (fault, replay) = Replay(decision, new InterventionGranted(Waiver, Now));

        Assert.Null(fault);
        Assert.Equal((1, 1, 1), (replay.Decisions, replay.OfOtherEngines, replay.Unproven));
        Assert.Equal(new AuditResult(true, true, true, null, null), DecisionAudit.Check(Limited, Before(new InterventionGranted(Waiver, Now)), decision));
        Assert.Contains(
            "The certificate is about the requirements as engine version 8 compiled them; this version can't check it.",
            Explanation.Of(Audience.Auditor, waived, decision, [Held]).Lines);
    }

    [Fact]
    public void A_certificate_that_proves_nothing_is_found()
    {
        var short8 = Assessment.Of(Stack, Limited, [Held], Now).Evaluated;
        var forged = AsOf8(short8 with { Verdict = Pathways.PathwayStacking.Engine.Verdict.Satisfied });

        Assert.Equal("its certificate proves nothing", Replay(forged).Fault);
        // By this version, a waiver excuses no certificate.
        var waived = new InterventionGranted(Waiver, Now);
        Assert.False(DecisionAudit.Check(Limited, Before(waived), short8).CertificateProves);
    }

    private static StackEvaluated AsOf8(StackEvaluated decision)
    {
        var older = decision with { EngineVersion = "8" };
        return older with { DecisionHash = Assessment.Hash(older) };
    }

    private static (string? Fault, StackReplay Replay) Replay(StackEvaluated decision, params object[] more)
    {
        var replay = new StackReplay();
        replay.Add("college", "pathway-p1", new PathwayPublished("p1", 1, Limited.VersionHash, Limited.Pathway, Limited.Settings, null, [], Now));
        foreach (var @event in Events(more))
            Assert.Null(replay.Add("college", "stack-s1", @event));
        return (replay.Add("college", "stack-s1", decision), replay);
    }

    private static StackState Before(params object[] more) => StackDecider.Decider.Fold(StackState.Initial, Events(more));

    private static object[] Events(object[] more) => [new LearnerEnrolled("s1", "learner-1", "p1", 1, Limited.VersionHash, Now), new EvidenceAdded(Held), .. more];
}
