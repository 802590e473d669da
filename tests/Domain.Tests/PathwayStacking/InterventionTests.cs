using Pathways.Kernel;
using Pathways.PathwayStacking.Authoring;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

public sealed class InterventionTests
{
    private static readonly CompiledPathway Both = PathwayCompiler.Compile(
        Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b")), Course("urn:a"), Course("urn:b")), PathwaySettings.None);

    [Fact]
    public void A_waiver_counts_until_it_is_lifted()
    {
        var waiver = Exception(InterventionKind.Waiver, "urn:b");
        var state = After(Enrol(Holds("urn:a")), Grant(waiver));

        Assert.Equal(Verdict.Satisfied, state.LastEvaluation!.Verdict);
        Assert.Equal(waiver.Id, state.LastEvaluation.Met.Single(met => met.ComponentId == "urn:b").WaivedBy);
        Assert.IsType<StackReopened>(Decide(state, new LiftIntervention(waiver.Id, "registrar-2", "granted in error")).Events[^1]);
    }

    [Fact]
    public void A_waived_component_counts_also_where_a_limit_on_its_evidence_is_asked()
    {
        const string Text = """
            pathway: https://college.example/pathways/baking
            name: Baking
            goal: certificate
            components:
              certificate:
                kind: credential
                requires:
                  - {2 of: [bread, cakes, chocolate], where: [grade >= C]}
              bread: {kind: course, name: Bread, code: BREAD}
              cakes: {kind: course, name: Cakes, code: CAKES}
              chocolate: {kind: course, name: Chocolate, code: CHOCOLATE}
            """;
        var content = PathwayFile.Read(Bytes(Text), isYaml: true).Value!;
        var pathway = PathwayCompiler.Compile(content.Pathway, content.Settings);
        var chocolate = content.Pathway.Components.Single(component => component.Name == "Chocolate").Id;
        Evidence[] bread = [Holds("BREAD", grade: "B")];

        Assert.Equal(Verdict.NotSatisfied, Assessment.Of(Stack, pathway, bread, Now).Evaluated.Verdict);
        Assert.Equal(Verdict.Satisfied, Assessment.Of(Stack, pathway.With([Exception(InterventionKind.Waiver, chocolate)]), bread, Now).Evaluated.Verdict);
    }

    [Fact]
    public void An_exception_ends_by_itself_when_it_expires()
    {
        var state = After(Enrol(Holds("urn:a")), Grant(Exception(InterventionKind.Waiver, "urn:b") with { ExpiresAt = Now.AddDays(1) }));

        Assert.Empty(StackDecider.Decide(state, new Reevaluate(), Both, Now.AddHours(1)).Events);
        Assert.IsType<StackReopened>(StackDecider.Decide(state, new Reevaluate(), Both, Now.AddDays(1)).Events[^1]);
    }

    [Fact]
    public void Other_evidence_stands_in_for_a_component()
    {
        var foreign = Holds("urn:foreign");
        var substitution = Exception(InterventionKind.Substitution, "urn:b") with { EvidenceId = foreign.Id };

        var decision = Decide(After(Enrol(Holds("urn:a"))), new GrantIntervention(substitution, foreign));

        Assert.Equal(new EvidenceUse("urn:b", foreign.Id), Assert.IsType<StackCompleted>(decision.Events[^1]).Parts[^1]);
        Assert.Equal("unknown-evidence", Decide(After(Enrol()), new GrantIntervention(substitution)).Rejection?.Code);
    }

    [Fact]
    public void Evidence_may_be_kept_from_a_component()
    {
        var forbidden = Exception(InterventionKind.ForbiddenUse, "urn:a") with { EvidenceId = "urn:credential:urn:a" };

        Assert.Equal(Verdict.NotSatisfied, After(Enrol(Holds("urn:a"), Holds("urn:b")), Grant(forbidden)).LastEvaluation!.Verdict);
    }

    [Fact]
    public void A_limit_may_be_changed_for_one_learner()
    {
        var lower = Exception(InterventionKind.ChangedLimit, "urn:goal") with { Condition = "1", Limit = 1 };

        Assert.Equal(Verdict.Satisfied, After(Enrol(Holds("urn:a")), Grant(lower)).LastEvaluation!.Verdict);
        Assert.Equal("unknown-condition", Decide(After(Enrol()), Grant(lower with { Condition = "2" })).Rejection?.Code);
    }

    [Fact]
    public void What_nobody_can_judge_is_attested()
    {
        var pathway = PathwayCompiler.Compile(
            Pathway(Certificate("urn:goal", Some(1, "urn:a") with { Elided = 2 }), Course("urn:a")), PathwaySettings.None);
        var enrolled = StackDecider.Decider.Fold(StackState.Initial, StackDecider.Decide(StackState.Initial, Enrol(), pathway, Now).Events);
        Assert.Equal(Verdict.Unknown, enrolled.LastEvaluation!.Verdict);

        var decision = StackDecider.Decide(enrolled, Grant(Exception(InterventionKind.Attestation, "urn:goal")), pathway, Now);

        Assert.IsType<StackCompleted>(decision.Events[^1]);
    }

    [Fact]
    public void Needs_an_author_an_authority_and_a_reason()
    {
        var nameless = Exception(InterventionKind.Waiver, "urn:b") with { Authority = " " };

        Assert.Equal("intervention-incomplete", Decide(After(Enrol()), Grant(nameless)).Rejection?.Code);
        Assert.Equal("unknown-component", Decide(After(Enrol()), Grant(Exception(InterventionKind.Waiver, "urn:x"))).Rejection?.Code);
    }

    [Fact]
    public void A_stored_decision_is_checked_from_what_it_was_made_of()
    {
        var published = new PathwayPublished("p1", 1, Both.VersionHash, Both.Pathway, Both.Settings, null, [], Now);
        var before = new List<object>(StackDecider.Decide(StackState.Initial, Enrol(Holds("urn:a")), Both, Now).Events);
        var events = Decide(StackDecider.Decider.Fold(StackState.Initial, before), Grant(Exception(InterventionKind.Waiver, "urn:b"))).Events;
        before.Add(events[0]);
        var decision = (StackEvaluated)events[1];

        Assert.Equal(new AuditResult(true, true, true, true, true), DecisionAudit.Check(published, before, decision));
        Assert.Equal(
            new AuditResult(true, true, false, false, true), DecisionAudit.Check(published, before, decision with { Verdict = Verdict.NotSatisfied }));
        Assert.False(DecisionAudit.Check(published, before[..^1], decision).CertificateProves);
    }

    private static Intervention Exception(InterventionKind kind, string component)
        => new($"urn:exception:{kind}", kind, component, null, null, null, "registrar-1", "Registrar's office", "agreed with the department");

    private static EnrolLearner Enrol(params Evidence[] evidence) => new("s1", "learner-1", "p1", 1, evidence);

    private static GrantIntervention Grant(Intervention intervention) => new(intervention);

    private static Decision Decide(StackState state, StackCommand command) => StackDecider.Decide(state, command, Both, Now);

    private static StackState After(params StackCommand[] commands)
        => commands.Aggregate(StackState.Initial, (state, command) => StackDecider.Decider.Fold(state, Decide(state, command).Events));
}
