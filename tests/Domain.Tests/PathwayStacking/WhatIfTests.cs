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

        Assert.Null(new Supposition(Without: [Holds("urn:d").Id]).Refuse([Holds("urn:d")]));
        Assert.Null(new Supposition([planned], Interventions: [forced]).Refuse([]));
        Assert.Equal(("unknown-evidence", "/without", "Name one of: urn:credential:urn:d."), Told(new Supposition(Without: ["nobodys"]).Refuse([Holds("urn:d")])));
        Assert.Equal(("unknown-evidence", "/without", "There is none to name."), Told(new Supposition([planned], [planned.Id]).Refuse([])));
        Assert.Equal(("unknown-evidence", "/interventions", "There is none to name."), Told(new Supposition(Interventions: [forced]).Refuse([])));

        static (string?, string?, string?) Told(Rejection? refused) => (refused?.Code, refused?.Place, refused?.Remedy);
    }

    private static Offer Offer(string achievement, decimal cost) => new(achievement, achievement, [], null, null, null, cost);
}
