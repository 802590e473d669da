using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Publishing;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>Every file of CTDL's pathway examples is taken as it is, or refused with the reason and the place.</summary>
public sealed class PublishedExamplesTests
{
    public static TheoryData<string, string> Files => new()
    {
        { "Pathway-Examples/Badgr/Badgr (Final) - CTDL-French_BA_Marketable_Skills-Nates.json", "1 pathway, 53 components" },
        { "Pathway-Examples/Badgr/Badgr (Final) - EmpoweringTeachingExcellence_Nate.json", "1 pathway, 103 components" },
        { "Pathway-Examples/Badgr/Badgr_French_B.A.MarketableSkills_CR_sandbox.json", "1 pathway, 53 components" },
        { "Pathway-Examples/Badgr/EmpoweringTeachingExcellence_Badgr.json", "pathway-not-found" },
        { "Pathway-Examples/Badgr/French-B-A-Marketable-Skills.json", "pathway-not-found" },
        { "Pathway-Examples/CompTIA/CTDL-French_BA_Marketable_Skills.json", "duplicate-id" },
        { "Pathway-Examples/CompTIA/CompTIA-IT_Networking_Specialist.jsonld", "1 pathway, 9 components" },
        { "Pathway-Examples/CompTIA/comptia-IT_progModel.json", "pathway-not-found" },
        { "Pathway-Examples/Fluree Pathway.json", "1 pathway, 5 components" },
        { "Pathway-Examples/HeriotWatt/courses.json", "pathway-not-found" },
        { "Pathway-Examples/HeriotWatt/pathway.json", "1 pathway, 56 components" },
        { "Pathway-Examples/HeriotWatt/vcred.json", "pathway-not-found" },
        { "Pathway-Examples/Kansas/HutchinsonWeldingAAS.json", "1 pathway, 23 components" },
        { "Pathway-Examples/PathwayBuilder/Constraints-API.json", "pathway-not-found" },
        { "Pathway-Examples/PathwayBuilder/Constraints-CTDL.json", "pathway-not-found" },
        { "Pathway-Examples/UseCaseExamples/UC10.jsonld", "pathway-not-found" },
        { "Pathway-Examples/UseCaseExamples/UC12.jsonld", "pathway-not-found" },
        { "Pathway-Examples/UseCaseExamples/UC18 (1).jsonld", "pathway-not-found" },
        { "Pathway-Examples/UseCaseExamples/UC18.jsonld", "pathway-not-found" },
        { "Pathway-Examples/UseCaseExamples/UC19.jsonld", "pathway-not-found" },
        { "Pathway-Examples/UseCaseExamples/UC26.jsonld", "pathway-not-found" },
        { "Pathway-Examples/termScheduleType.json", "pathway-not-found" },
        { "pathways-2018-spec/PathwayConditions.json", "1 pathway, 6 components" },
        { "pathways-2018-spec/ProgressionModel.json", "pathway-not-found" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Is_taken_as_it_is_or_refused_with_a_reason_and_a_place(string file, string expected)
    {
        var result = CtdlImporter.Import(Read(file));

        if (!result.IsAccepted)
        {
            Assert.Equal(expected, result.Rejection.Code);
            Assert.NotNull(result.Rejection.Place);
            return;
        }

        Assert.Equal(expected, $"{result.Value.Pathways.Count} pathway, {result.Value.Pathways.Sum(imported => imported.Pathway.Components.Count)} components");
        foreach (var (pathway, _, _) in result.Value.Pathways)
            _ = PathwayCompiler.Compile(pathway, PathwaySettings.None);
    }

    [Fact]
    public void Every_file_of_the_examples_is_in_the_table()
    {
        var directory = Examples();
        var files = Directory.EnumerateFiles(directory, "*.json*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(directory, file));

        Assert.Equal(files.Order(StringComparer.Ordinal), Files.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Forgives_what_is_wrong_with_the_welding_pathway_and_says_where()
    {
        var report = CtdlImporter.Import(Read("Pathway-Examples/Kansas/HutchinsonWeldingAAS.json")).Value!;

        Assert.Equal(
            [("json-missing-comma", "line 445"), ("json-several-documents", "line 21"), ("json-stray-comma", "line 443"),
             ("pathway-not-in-document", "line 4"), ("pathway-not-in-document", "line 4"), ("pathway-not-in-document", "line 4"),
             ("targets-elided", "line 68"), ("targets-elided", "line 80"), ("targets-elided", "line 88"), ("targets-elided", "line 96")],
            report.Warnings.Select(warning => (warning.Code, warning.Place.Split(',')[0])).Order());
    }

    internal static string Examples()
    {
        if (TestData.CtdlPathways is null)
            Assert.Skip("The published examples (../shared/data/ctdl-pathways) are not beside this repository.");
        return TestData.CtdlPathways;
    }

    internal static ReadOnlyMemory<byte> Read(string file) => File.ReadAllBytes(Path.Combine(Examples(), file));
}
