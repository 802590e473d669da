using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>Real pathways with the evidence of learners.</summary>
public sealed class PublishedExamplesStackTests
{
    [Fact]
    public void Teaching_excellence_is_complete_with_twenty_badges_and_both_certificates_built_from_them()
    {
        var (pathway, compiled) = Import("Pathway-Examples/Badgr/Badgr (Final) - EmpoweringTeachingExcellence_Nate.json");
        var badges = pathway.Components.Where(component => component is { Kind: ComponentKind.Credential, Conditions.Count: 0 }).Select(badge => Holds(badge.ProxyFor[0])).ToList();

        var nothing = Assessment.Of(Stack, compiled, [], Now).Evaluated;
        var everything = Assessment.Of(Stack, compiled, badges, Now).Evaluated;

        Assert.Equal(Verdict.NotSatisfied, nothing.Verdict);
        Assert.Contains(nothing.Missing, missing => missing.Text.StartsWith("10 more of:", StringComparison.Ordinal));
        Assert.Equal(Verdict.Satisfied, everything.Verdict);
        Assert.True(everything.Uses.Select(use => use.EvidenceId).Distinct().Count() >= 20);
        Assert.True(everything.Unused.Count > 0);
        // Taking away what is used, and nothing else, leaves it open.
        var used = everything.Uses.Select(use => use.EvidenceId).ToHashSet();
        Assert.Equal(Verdict.NotSatisfied, Assessment.Of(Stack, compiled, [.. badges.Where(badge => !used.Contains(badge.Id))], Now).Evaluated.Verdict);
        Assert.Equal(Verdict.Satisfied, Assessment.Of(Stack, compiled, [.. badges.Where(badge => used.Contains(badge.Id))], Now).Evaluated.Verdict);
    }

    [Fact]
    public void Welding_needs_attestation_where_the_file_leaves_courses_out()
    {
        var (_, compiled) = Import("Pathway-Examples/Kansas/HutchinsonWeldingAAS.json");
        var required = new[] { "WE111", "WE220", "WE108", "WE115", "WE117", "WE102", "WE128", "WE101", "WE116" };

        var almost = Assessment.Of(Stack, compiled, [.. required.Select(code => Holds(code))], Now).Evaluated;

        Assert.Equal(Verdict.Unknown, almost.Verdict);
        Assert.Empty(almost.Missing);
        Assert.Equal(3, almost.NeedsAttestation.Count);
        var without = Assessment.Of(Stack, compiled, [.. required.Skip(1).Select(code => Holds(code))], Now).Evaluated;
        Assert.Equal(Verdict.NotSatisfied, without.Verdict);
        Assert.Equal(["Gas Metal Arc Welding II"], without.Missing.Select(missing => missing.Text));
        // Its course before is not taken either.
        Assert.False(Assert.Single(without.Next).Ready);
        var basics = Assessment.Of(Stack, compiled, [.. required.Skip(1).Append("WE110").Select(code => Holds(code, grade: "B"))], Now).Evaluated;
        Assert.True(Assert.Single(basics.Next).Ready);
    }

    [Fact]
    public void A_certification_is_not_met_by_the_one_before_it()
    {
        var (pathway, compiled) = Import("Pathway-Examples/CompTIA/CompTIA-IT_Networking_Specialist.jsonld");
        var first = pathway.Components.Single(component => component.Name == "CompTIA A+");

        var evaluated = Assessment.Of(Stack, compiled, [Holds(first.Id)], Now).Evaluated;

        Assert.Equal(Verdict.NotSatisfied, evaluated.Verdict);
        Assert.Equal(["CompTIA A+"], evaluated.Met.Select(met => met.Name));
        Assert.Equal(["CompTIA Cloud+"], evaluated.Missing.Select(missing => missing.Text));
    }

    [Fact]
    public void Heriot_Watts_grades_count_and_what_the_evidence_does_not_say_needs_attestation()
    {
        var (pathway, compiled) = Import("Pathway-Examples/HeriotWatt/pathway.json");
        var courses = pathway.Components.Where(component => component.Kind == ComponentKind.Course).ToList();

        var graded = Assessment.Of(Stack, compiled, [.. courses.Select(course => Holds(course.ProxyFor[0], grade: "B"))], Now).Evaluated;
        var failed = Assessment.Of(Stack, compiled, [.. courses.Select(course => Holds(course.ProxyFor[0], grade: "F"))], Now).Evaluated;

        Assert.Equal(Verdict.Unknown, graded.Verdict);
        Assert.Contains(graded.NeedsAttestation, open => open.Text.Contains("exitProgram", StringComparison.Ordinal));
        Assert.Equal(Verdict.Unknown, failed.Verdict);
    }

    private static (Pathway Pathway, CompiledPathway Compiled) Import(string file)
    {
        var pathway = CtdlImporter.Import(PublishedExamplesTests.Read(file)).Value!.Pathways.Single().Pathway;
        return (pathway, PathwayCompiler.Compile(pathway, PathwaySettings.None));
    }
}
