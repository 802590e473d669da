using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>What a registrar is told before a version goes out, with the place and what to do; and what two versions differ in.</summary>
public sealed class ChecksTests
{
    private const string Hours = "creditUnit:SemesterHour";

    private static readonly Pathway Sound = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c"));

    public static TheoryData<string, FindingSeverity, Pathway, PathwaySettings> Faults
    {
        get
        {
            var once = PathwaySettings.None with { UseOnce = true };
            var three = new[] { Course("urn:a"), Course("urn:b"), Course("urn:c") };
            return new()
            {
                { "requirement-impossible", FindingSeverity.Error, Pathway([Certificate("urn:goal", Some(1, "urn:a"), Some(1, "urn:a")), .. three]), once },
                {
                    "requirement-impossible", FindingSeverity.Error, Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a") with { Credits = [new(3, null, null, Hours, null)] }),
                    PathwaySettings.None with { Minima = [new("urn:goal", 6, Hours)] }
                },
                { "contradictory-limits", FindingSeverity.Error, Limited("B", "D"), PathwaySettings.None },
                { "requirement-shadowed", FindingSeverity.Warning, Pathway([Certificate("urn:goal", Some(2, "urn:a", "urn:b"), Some(1, "urn:a", "urn:b", "urn:c")), .. three]), PathwaySettings.None },
                { "component-unreachable", FindingSeverity.Warning, Pathway([Certificate("urn:goal", Some(1, "urn:a")), Certificate("urn:lost", Some(1, "urn:b")), .. three]), PathwaySettings.None },
                {
                    "evidence-ambiguous", FindingSeverity.Warning,
                    Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b")), Course("urn:a") with { CodedNotation = "X 1" }, Course("urn:b") with { CodedNotation = "x1" }), once
                },
                { "unknown-component", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.Recency, Of: ["urn:x"], Months: 1)) },
                { "rule-senseless", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.Recency, Of: ["urn:a"], Months: 0)) },
                { "rule-senseless", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.SharingCap, Of: ["urn:a", "urn:b"])) },
                { "rule-senseless", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.UseLimit, Of: ["urn:a"], Count: 0)) },
                { "rule-senseless", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.GradeMinimum, Of: ["urn:a"], Grade: "excellent")) },
                { "rule-senseless", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.Preference, Items: ["luck"])) },
                { "rule-shadowed", FindingSeverity.Warning, Sound, With(new PathwayRule(RuleKind.Recency, Of: ["urn:a"], Months: 60), new PathwayRule(RuleKind.Recency, Of: ["urn:a"], Months: 24)) },
                { "limits-overlap", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.UseLimit, Of: ["urn:goal"], Count: 1), new PathwayRule(RuleKind.UseLimit, Of: ["urn:a"], Count: 1)) },
                { "prerequisite-cyclic", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.Prerequisite, Of: ["urn:a"], Items: ["urn:b"]), new PathwayRule(RuleKind.Prerequisite, Of: ["urn:b"], Items: ["urn:a"])) },
                { "mixed-credit-units", FindingSeverity.Error, Sound, With(new PathwayRule(RuleKind.Residency, Of: ["urn:goal"], Credits: 1, Unit: "ECTS", Issuers: ["i"])) with { Minima = [new("urn:goal", 1, Hours)] } },
                { "effective-period-empty", FindingSeverity.Error, Sound, PathwaySettings.None with { Effective = new(new(2027, 1, 1), new(2026, 1, 1)) } },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_found_with_its_place_and_what_to_do(string code, FindingSeverity severity, Pathway pathway, PathwaySettings settings)
    {
        var finding = Assert.Single(PathwayChecks.Check(pathway, settings), finding => finding.Code == code);

        Assert.Equal(severity, finding.Severity);
        Assert.NotEqual("", finding.Place);
        Assert.NotEqual("", finding.Remedy);
        Assert.Empty(PathwayChecks.Check(Sound, PathwaySettings.None));
    }

    [Fact]
    public void Limits_that_can_hold_together_are_no_fault() => Assert.DoesNotContain(PathwayChecks.Check(Limited("D", "B"), PathwaySettings.None), finding => finding.Code == "contradictory-limits");

    [Fact]
    public void Two_versions_are_compared_in_words()
    {
        var after = Pathway(
            Certificate("urn:goal", Some(3, "urn:a", "urn:b", "urn:d")) with { Name = "Goal" }, Course("urn:a"), Course("urn:b") with { Credits = [new(3, null, null, Hours, null)] }, Course("urn:d"));

        var changes = PathwayDiff.Between(Sound, PathwaySettings.None, after, With(new PathwayRule(RuleKind.Recency, Of: ["urn:a"], Months: 60)));

        Assert.Equal(
            [
                "Changed pathway goal: urn:goal → Goal",
                "Removed urn:c The component \"urn:c\" is no longer part of the pathway.",
                "Changed Goal name: urn:goal → Goal",
                "Changed Goal requires: 2 of urn:a, urn:b, urn:c → 3 of urn:a, urn:b, urn:d",
                "Added urn:b credits: 3 SemesterHour",
                "Added urn:d The component \"urn:d\" is new.",
                "Added rules \"urn:a\": not older than 60 months",
            ],
            changes.Select(change => $"{change.Kind} {change.Place} {change.Text}"));
        Assert.Empty(PathwayDiff.Between(Sound, PathwaySettings.None, Sound with { Components = [.. Sound.Components.Reverse()] }, PathwaySettings.None));
    }

    private static Pathway Limited(string least, string most) => Pathway(
        Certificate("urn:goal", Some(1, "urn:a") with
        {
            Constraints = [new(null, null, null, ["ex:grade"], null, "GTEQ", [least], null), new(null, null, null, ["ex:grade"], null, "LTEQ", [most], null)],
        }),
        Course("urn:a"));

    private static PathwaySettings With(params PathwayRule[] rules) => PathwaySettings.None with { Rules = rules };
}
