using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Planning;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

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

    private static Offer Offer(string achievement, decimal cost) => new(achievement, achievement, [], null, null, null, cost);
}
