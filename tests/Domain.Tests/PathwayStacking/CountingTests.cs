using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>What CTDL cannot say: evidence that counts once, and minima of credits.</summary>
public sealed class CountingTests
{
    private const string Hours = "creditUnit:SemesterHour";

    private static readonly Pathway Overlapping = Pathway(
        Certificate("urn:goal", Some(1, "urn:a", "urn:b"), Some(1, "urn:a", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c"));

    [Fact]
    public void Evidence_counts_wherever_it_fits_unless_the_registrar_says_once()
    {
        var once = PathwaySettings.None with { UseOnce = true };

        Assert.Equal(Verdict.Satisfied, Judge(Overlapping, PathwaySettings.None, Holds("urn:a")).Verdict);
        Assert.Equal(Verdict.NotSatisfied, Judge(Overlapping, once, Holds("urn:a")).Verdict);
        // Whoever spends a on the first condition must find that the second needs it.
        Assert.Equal(Verdict.Satisfied, Judge(Overlapping, once, Holds("urn:a"), Holds("urn:b")).Verdict);
        Assert.Equal(Verdict.Satisfied, Judge(Overlapping, once, Holds("urn:c"), Holds("urn:a")).Verdict);
    }

    [Fact]
    public void A_goal_and_a_prerequisite_that_are_named_twice_are_one()
    {
        var goal = Certificate("urn:goal", Some(1, "urn:a")) with { Prerequisites = ["urn:b", "urn:b"] };
        var twice = Pathway(goal, Course("urn:a"), Course("urn:b")) with { Destinations = ["urn:goal", "urn:goal"] };

        Assert.Equal(Verdict.Satisfied, Judge(twice, PathwaySettings.None, Holds("urn:a"), Holds("urn:b")).Verdict);
        Assert.Equal(Verdict.Satisfied, Judge(twice, PathwaySettings.None with { UseOnce = true }, Holds("urn:a"), Holds("urn:b")).Verdict);
    }

    [Fact]
    public void A_welding_course_listed_in_two_blocks_fills_one_of_them()
    {
        var pathway = CtdlImporter.Import(PublishedExamplesTests.Read("Pathway-Examples/Kansas/HutchinsonWeldingAAS.json")).Value!.Pathways.Single().Pathway;
        var required = new[] { "WE111", "WE220", "WE108", "WE115", "WE117", "WE102", "WE128", "WE101", "WE116" }.Select(code => Holds(code)).ToArray();

        // The contextual options name WE116 again: shared, it fills both blocks; used once, the options need attestation.
        var shared = Judge(pathway, PathwaySettings.None, required);
        var once = Judge(pathway, PathwaySettings.None with { UseOnce = true }, required);

        Assert.Equal((3, 4), (shared.NeedsAttestation.Count, once.NeedsAttestation.Count));
    }

    [Fact]
    public void Credits_must_reach_the_minimum_in_its_unit()
    {
        var settings = PathwaySettings.None with { Minima = [new("urn:goal", 6, Hours)] };
        var pathway = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c"));

        var small = Judge(pathway, settings, Worth("urn:a", 3), Worth("urn:b", 2));
        Assert.Equal(Verdict.NotSatisfied, small.Verdict);
        Assert.Equal(["6 credits of SemesterHour"], small.Missing.Select(missing => missing.Text));
        Assert.Equal((2, 3), (small.RequirementsMet, small.RequirementsTotal));
        // The third may be added to two that are enough by number.
        Assert.Equal(Verdict.Satisfied, Judge(pathway, settings, Worth("urn:a", 3), Worth("urn:b", 2), Worth("urn:c", 1)).Verdict);
        Assert.Equal(Verdict.NotSatisfied, Judge(pathway, settings, Worth("urn:a", 3), Worth("urn:b", 3) with { CreditUnit = "ECTS" }).Verdict);
        Assert.Equal(Verdict.Unknown, Judge(pathway, settings, Worth("urn:a", 3), Worth("urn:b", 3) with { CreditUnit = null }).Verdict);
    }

    [Fact]
    public void Counting_keeps_the_version_hash_of_pathways_that_do_not_count()
        => Assert.NotEqual(PathwayCompiler.VersionHash(Overlapping, PathwaySettings.None), PathwayCompiler.VersionHash(Overlapping, PathwaySettings.None with { UseOnce = true }));

    [Fact]
    public void Refuses_minima_that_make_no_sense()
    {
        Assert.Equal("mixed-credit-units", Refuse(new CreditMinimum("urn:goal", 6, Hours), new CreditMinimum("urn:goal", 6, "ECTS")));
        Assert.Equal("credit-out-of-range", Refuse(new CreditMinimum("urn:goal", -1, Hours)));
        Assert.Equal("unknown-component", Refuse(new CreditMinimum("urn:x", 1, Hours)));
    }

    [Fact]
    public void Refuses_to_count_where_ways_multiply_without_end()
    {
        // Each level names the next one twice: two to the power of forty ways.
        var levels = Enumerable.Range(0, 40).Select(level => Certificate($"urn:{level}", Some(1, $"urn:{level + 1}"), Some(1, $"urn:{level + 1}"))).Append(Course("urn:40")).ToArray();

        var decision = PathwayDecider.Decide(PathwayState.Initial, new PublishPathway("p1", Pathway(levels), PathwaySettings.None with { UseOnce = true }), Now);

        Assert.Equal("pathway-too-entangled", decision.Rejection?.Code);
        Assert.Equal(Verdict.Satisfied, Judge(Pathway(levels), PathwaySettings.None, Holds("urn:40")).Verdict);
    }

    private static string? Refuse(params CreditMinimum[] minima)
        => PathwayDecider.Decide(PathwayState.Initial, new PublishPathway("p1", Overlapping, PathwaySettings.None with { Minima = minima }), Now).Rejection?.Code;

    private static Evidence Worth(string achievement, decimal credits) => Holds(achievement, credits: credits) with { CreditUnit = Hours };

    private static StackEvaluated Judge(Pathway pathway, PathwaySettings settings, params Evidence[] evidence)
        => Assessment.Of(Stack, PathwayCompiler.Compile(pathway, settings), evidence, Now).Evaluated;
}
