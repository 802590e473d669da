using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Planning;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;
using Supposition = Pathways.PathwayStacking.Domain.Planning.Supposition;

namespace Pathways.Domain.Tests.PathwayStacking;

public sealed class WhatIfTests
{
    private static readonly Pathway TwoBlocks = Pathway(
        Certificate("urn:goal", Some(1, "urn:block1"), Some(1, "urn:block2")),
        Certificate("urn:block1", Some(1, "urn:a", "urn:b")),
        Certificate("urn:block2", Some(1, "urn:c", "urn:d")),
        Course("urn:a"),
        Course("urn:b") with { ProxyFor = ["urn:x"] },
        Course("urn:c") with { ProxyFor = ["urn:x"] },
        Course("urn:d"));

    private static readonly CompiledPathway Once = PathwayCompiler.Compile(TwoBlocks, PathwaySettings.None with { UseOnce = true });

    [Fact]
    public void Says_what_would_be_missing_if_evidence_were_used_elsewhere()
    {
        var answer = WhatIf.UsedAt(Stack, Once, [Holds("urn:d"), Holds("urn:x")], "urn:credential:urn:x", "urn:c", Now);

        Assert.Equal((Verdict.Satisfied, Verdict.NotSatisfied), (answer.Actual.Verdict, answer.Supposed.Verdict));
        Assert.Contains("urn:a", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Says_when_it_would_make_no_difference_and_when_it_does_not_count()
    {
        Assert.Equal("It could be used there as well; the result would be the same.", WhatIf.UsedAt(Stack, Once, [Holds("urn:x")], "urn:credential:urn:x", "urn:c", Now).Text);
        Assert.False(WhatIf.UsedAt(Stack, Once, [Holds("urn:x")], "urn:credential:urn:x", "urn:d", Now).IsUsed);
    }

    [Fact]
    public void Ranks_offers_by_what_they_gain_for_their_cost()
    {
        Offer[] offers = [Offer("urn:a", 40), Offer("urn:d", 10), Offer("urn:elsewhere", 1), Offer("urn:b", 20)];

        var open = WhatIf.Rank(Once, [], offers, Now);
        var halfway = WhatIf.Rank(Once, [Holds("urn:d")], offers, Now);

        Assert.Equal(["urn:d", "urn:b", "urn:a"], open.Select(next => next.Offer.AchievementId));
        Assert.Equal([("urn:b", Verdict.Satisfied), ("urn:a", Verdict.Satisfied)], halfway.Select(next => (next.Offer.AchievementId, next.Verdict)));
    }

    [Fact]
    public void Refuses_to_suppose_something_of_evidence_that_nobody_holds()
    {
        var planned = Holds("urn:c");
        var forced = new Intervention("i", InterventionKind.ForcedUse, "urn:c", planned.Id, null, null, "what-if", "what-if", "what-if");

        Assert.Null(new Supposition(Without: [Holds("urn:d").Id]).Refuse([Holds("urn:d")], Now));
        Assert.Null(new Supposition([planned], Interventions: [forced]).Refuse([], Now));
        Assert.Equal(("unknown-evidence", "/without", "Name one of: urn:credential:urn:d."), Told(new Supposition(Without: ["nobodys"]).Refuse([Holds("urn:d")], Now)));
        Assert.Equal(("unknown-evidence", "/without", "There is none to name."), Told(new Supposition([planned], [planned.Id]).Refuse([], Now)));
        Assert.Equal(("unknown-evidence", "/interventions", "There is none to name."), Told(new Supposition(Interventions: [forced]).Refuse([], Now)));

        static (string?, string?, string?) Told(Rejection? refused) => (refused?.Code, refused?.Place, refused?.Remedy);
    }

    [Fact]
    public void Refuses_planned_evidence_that_can_not_be_or_is_there_already()
    {
        var held = Holds("urn:d");
        var planned = Holds("urn:c", "p");

        Assert.Equal(("duplicate-id", "/planned/0"), Told(new Supposition([held]).Refuse([held], Now)));
        Assert.Equal(("duplicate-id", "/planned/1"), Told(new Supposition([planned, Holds("urn:a", "p")]).Refuse([held], Now)));
        Assert.Equal(("credit-out-of-range", "/planned/1/credits"), Told(new Supposition([planned, Holds("urn:a", credits: 0.0000001m)]).Refuse([held], Now)));
        Assert.Equal(("evidence-from-the-future", "/planned/0/awardedAt"), Told(new Supposition([planned with { AwardedAt = Now.AddDays(1) }]).Refuse([held], Now)));
        // In place of what is held.
        Assert.Null(new Supposition([held with { Grade = "A" }], [held.Id]).Refuse([held], Now));

        static (string?, string?) Told(Rejection? refused) => (refused?.Code, refused?.Place);
    }

    [Fact]
    public void Says_why_planned_evidence_changes_nothing()
    {
        var recent = PathwayCompiler.Compile(TwoBlocks, PathwaySettings.None with { Rules = [new(RuleKind.Recency, Of: ["urn:a"], Months: 12)] });

        Assert.Equal(["urn:elsewhere fills nothing in this pathway."], Reasons(Once, [], Holds("urn:elsewhere")));
        Assert.Equal(["urn:b fits, and is not needed."], Reasons(Once, [Holds("urn:a")], Holds("urn:b")));
        Assert.Equal(
            ["What Another would fill is filled already by urn:d."],
            Reasons(Once, [Holds("urn:d")], Holds("urn:other", "z") with { Name = "Another", Identifiers = ["urn:d"] }));
        Assert.Equal(["urn:d is the same achievement as urn:d (urn:credential:urn:d); both together count once."], Reasons(Once, [Holds("urn:d")], Holds("urn:d", "z") with { AwardedAt = Now }));
        Assert.Equal(["urn:a is asked for, and does not count as it is (its grade, age, level or issuer)."], Reasons(recent, [], Holds("urn:a") with { AwardedAt = Now.AddYears(-3) }));
        Assert.Empty(Reasons(Once, [Holds("urn:a")], Holds("urn:d")));

        static IReadOnlyList<string> Reasons(CompiledPathway pathway, Evidence[] held, Evidence planned)
        {
            var outlook = WhatIf.Suppose(Stack, pathway, held, new Supposition([planned]), Now);
            Assert.Equal(outlook.Reasons, outlook.Differences.TakeLast(outlook.Reasons.Count));
            return outlook.Reasons;
        }
    }

    private static Offer Offer(string achievement, decimal cost) => new(achievement, achievement, [], null, null, null, cost);
}
