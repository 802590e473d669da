using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

public sealed class PublishingTests
{
    private static readonly Pathway Sound = Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a"));

    public static TheoryData<string, Pathway> Unsound => new()
    {
        { "pathway-cyclic", Pathway(Certificate("urn:goal", Some(1, "urn:a")), Certificate("urn:a", Some(1, "urn:goal"))) },
        { "required-number-zero", Pathway(Certificate("urn:goal", Some(0, "urn:a")), Course("urn:a")) },
        { "required-number-too-large", Pathway(Certificate("urn:goal", Some(2, "urn:a")), Course("urn:a")) },
        { "duplicate-target", Pathway(Certificate("urn:goal", Some(1, "urn:a", "urn:a")), Course("urn:a")) },
        { "duplicate-id", Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a"), Course("urn:a")) },
        { "pathway-without-destination", Sound with { Destinations = [] } },
        { "pathway-too-large", Sound with { Components = [.. Enumerable.Range(0, 10_001).Select(number => Course($"urn:{number}"))] } },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void Refuses_a_pathway_that_nobody_could_complete(string code, Pathway pathway)
    {
        var rejection = PathwayDecider.Decide(PathwayState.Initial, new PublishPathway("p1", pathway, PathwaySettings.None), Now).Rejection!;

        Assert.Equal(code, rejection.Code);
        Assert.NotNull(rejection.Place);
        Assert.NotNull(rejection.Remedy);
    }

    [Fact]
    public void Publishes_a_version_once_and_the_next_when_it_changes()
    {
        var first = Publish(PathwayState.Initial, PathwaySettings.None);
        var state = PathwayDecider.Decider.Fold(PathwayState.Initial, first);
        Assert.Empty(Publish(state, PathwaySettings.None));

        var second = Publish(state, new([new("urn:goal", "urn:award")], []));

        Assert.Equal((1, 2), (((PathwayPublished)first[0]).Version, ((PathwayPublished)second[0]).Version));
    }

    [Fact]
    public void Refuses_another_pathway_under_the_same_id()
    {
        var state = PathwayDecider.Decider.Fold(PathwayState.Initial, Publish(PathwayState.Initial, PathwaySettings.None));

        var decision = PathwayDecider.Decide(state, new PublishPathway("p1", Sound with { Id = "urn:other" }, PathwaySettings.None), Now);

        Assert.Equal("pathway-id-changed", decision.Rejection?.Code);
    }

    [Fact]
    public void Refuses_an_award_for_what_is_no_destination()
    {
        var decision = PathwayDecider.Decide(PathwayState.Initial, new PublishPathway("p1", Sound, new([new("urn:a", "urn:award")], [])), Now);

        Assert.Equal("award-without-destination", decision.Rejection?.Code);
    }

    private static IReadOnlyList<object> Publish(PathwayState state, PathwaySettings settings)
        => PathwayDecider.Decide(state, new PublishPathway("p1", Sound, settings), Now).Events;
}
