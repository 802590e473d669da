using System.Text;
using System.Text.Json.Nodes;
using Pathways.PathwayStacking.Domain;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking.Documents;

/// <summary>What is imported comes out again: nothing lost, nothing added.</summary>
public sealed class CtdlRoundTripTests
{
    internal const string Everything = """
        {"@context": ["https://credreg.net/ctdl/schema/context/json", {"ex": "https://ex.example/"}], "@id": "graph:1", "@graph": [
          {"@id": "urn:p", "@type": "ceterms:Pathway", "ceterms:name": {"en": "Way", "de": "Weg"}, "ceterms:hasDestinationComponent": "urn:goal",
           "ceterms:offeredBy": ["urn:org"], "ex:secret": {"deep": [1, 2.50, null, true]}, "ceterms:industryType": [{"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": "naics:11"}],
           "asn:hasProgressionModel": "urn:model", "ceterms:versionCode": "2026"},
          {"@id": "urn:goal", "@type": "ceterms:CredentialComponent", "ceterms:name": {"en": " Goal "}, "ceterms:subjectWebpage": "https://x.example",
           "ceterms:hasCondition": [
             {"@type": "ceterms:ComponentCondition", "ceterms:requiredNumber": "1", "ceterms:logicalOperator": "logic:Or", "ex:note": "kept",
              "ceterms:targetComponent": ["urn:a", {"@id": "urn:b", "@type": "ceterms:CourseComponent", "ceterms:name": {"en": "B"}},
                {"@type": "ceterms:CompetencyComponent", "ceterms:name": {"en": "embedded without an id"}}, "(and 3 more)"],
              "ceterms:hasCondition": [{"@id": "_:c2", "ceterms:description": {"en": "nested"}, "ceterms:targetComponent": "urn:x",
                "ceterms:hasConstraint": [{"@type": "ceterms:Constraint", "ceterms:leftSource": ["schema:value"], "ceterms:leftAction": "array:Sum", "ceterms:comparator": "compare:GTEQ", "ceterms:rightSource": ["90"]}]}]}]},
          {"@id": "urn:a", "@type": ["ceterms:CourseComponent", "ex:Course"], "ceterms:name": {"en": "A"}, "ceterms:sourceData": "urn:course",
           "ceterms:isPartOf": "urn:p", "ceterms:creditValue": [{"@type": "ceterms:ValueProfile", "schema:value": "3.50", "ceterms:creditUnitType": ["creditUnit:DegreeeCredit"], "ceterms:subject": "x"}]},
          {"@id": "urn:l1", "@type": ["skos:Concept", "asn:ProgressionLevel"], "skos:prefLabel": {"en": "Beginner"}, "skos:inScheme": "urn:model"},
          {"@id": "urn:model", "@type": "asn:ProgressionModel", "skos:hasTopConcept": ["urn:l1"]},
          {"@id": "urn:course", "@type": "ceterms:Course", "ceterms:codedNotation": "A 1", "ceterms:name": {"en": "the course itself"}},
          {"@id": "urn:lonely", "@type": "ceterms:JobComponent", "ceterms:name": {"en": "in no condition"}}
        ]}
        """;

    public static TheoryData<string> Accepted => [.. PublishedExamplesTests.Files.Where(row => row.Data.Item2.StartsWith('1')).Select(row => row.Data.Item1)];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void A_published_pathway_is_exported_as_it_was_imported(string file) => AssertRoundTrip(PublishedExamplesTests.Read(file));

    [Fact]
    public void A_document_of_every_kind_of_oddity_is_exported_as_it_was_imported() => AssertRoundTrip(Bytes(Everything));

    [Fact]
    public void The_comparison_sees_a_word_that_is_lost()
        => Assert.NotEqual(Statements.Of(Bytes(Everything)), Statements.Of(Bytes(Everything.Replace("\"kept\"", "\"lost\"", StringComparison.Ordinal))));

    [Fact]
    public void What_was_changed_since_the_import_is_written_and_what_no_longer_fits_is_told()
    {
        var pathway = Import(Bytes(Everything)).Pathways[0].Pathway;
        var renamed = pathway with { Name = "Path" };

        var export = CtdlExporter.Export(renamed, PathwaySettings.None);

        var node = export.Document["@graph"]!.AsArray().Single(node => (string?)node!["@id"] == "urn:p")!;
        Assert.Equal("""{"en":"Path"}""", node["ceterms:name"]!.ToJsonString());
        var loss = Assert.Single(export.Losses);
        Assert.Equal(("verbatim-outdated", "Path"), (loss.Code, loss.Place));
        Assert.Contains("Weg", loss.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Graphs_that_become_one_are_told()
    {
        var two = Everything + """{"@id": "graph:2", "@graph": [{"@id": "urn:other", "@type": "ceterms:Course"}]}""";

        Assert.Equal(["graphs-joined"], CtdlExporter.Export(Import(Bytes(two)).Pathways[0].Pathway, PathwaySettings.None).Losses.Select(loss => loss.Code));
    }

    [Fact]
    public void Rules_that_CTDL_cannot_say_come_back_from_the_extension()
    {
        var settings = AllSettings;
        var pathway = Pathway(Certificate("urn:goal", Some(1, "urn:a", "urn:b")), Course("urn:a") with { MetBy = CompletionRule.Conditions }, Course("urn:b"));

        var again = Import(CtdlExporter.ToBytes(CtdlExporter.Export(pathway, settings).Document)).Pathways.Single();

        Assert.Equal(CanonicalJson.Sha256(settings), CanonicalJson.Sha256(again.Settings));
        Assert.Equal(PathwayCompiler.VersionHash(pathway, settings), PathwayCompiler.VersionHash(again.Pathway, again.Settings));
    }

    [Theory]
    [InlineData("""{"@type": "pathways:Levitation"}""", "is no kind of rule")]
    [InlineData("""{"@type": "pathways:Recency", "pathways:of": "urn:goal"}""", "needs months")]
    [InlineData("""{"@type": "pathways:Recency", "pathways:of": "urn:goal", "pathways:months": 1.5}""", "months")]
    [InlineData("""{"@type": "pathways:Recency", "pathways:of": "urn:goal", "pathways:months": 5, "pathways:grade": "A"}""", "has no \"grade\"")]
    [InlineData("""{"@type": "pathways:CreditMinimum", "pathways:of": "urn:goal", "pathways:credits": 1e30, "pathways:unit": "creditUnit:DegreeCredit"}""", "credits")]
    public void A_rule_that_makes_no_sense_is_refused_with_its_place(string rule, string says)
    {
        var document = $$"""
            [{"@id": "urn:p", "@type": "Pathway", "hasDestinationComponent": "urn:goal",
              "pathways:hasRule": [{{rule}}]}, {"@id": "urn:goal", "@type": "BasicComponent"}]
            """;

        var rejection = CtdlImporter.Import(Bytes(document)).Rejection!;

        Assert.Equal("rule-malformed", rejection.Code);
        Assert.StartsWith("line 2", rejection.Place, StringComparison.Ordinal);
        Assert.Contains(says, rejection.Message, StringComparison.Ordinal);
    }

    internal static PathwaySettings AllSettings { get; } = new(
        [new("urn:goal", "urn:award")],
        [new("urn:b", CompletionRule.Evidence)],
        UseOnce: true,
        Minima: [new("urn:goal", 6, "creditUnit:SemesterHour")],
        Rules:
        [
            new(RuleKind.CreditMinimum, "advanced", ["urn:goal"], 3, "creditUnit:SemesterHour", Level: "audLevel:UpperDivisionLevel", Area: "061", Issuers: ["did:web:a.example"]),
            new(RuleKind.Residency, Of: ["urn:goal"], Credits: 30.5m, Unit: "creditUnit:SemesterHour", Issuers: ["did:web:a.example", "did:web:b.example"]),
            new(RuleKind.UseLimit, "majors", ["urn:a", "urn:b"], Count: 2),
            new(RuleKind.SharingCap, Of: ["urn:a", "urn:b"], Count: 1),
            new(RuleKind.SharingCap, Of: ["urn:a", "urn:b"], Credits: 6, Unit: "creditUnit:SemesterHour"),
            new(RuleKind.Recency, Of: ["urn:a"], Months: 60),
            new(RuleKind.GradeMinimum, Of: ["urn:a"], Grade: "C"),
            new(RuleKind.GradeAverage, Of: ["urn:goal"], Average: 2.5m),
            new(RuleKind.Prerequisite, Of: ["urn:b"], Items: ["urn:a"]),
            new(RuleKind.Substitution, "statistics", Items: ["MATH 140", "STAT 101"]),
            new(RuleKind.Preference, Issuers: ["did:web:a.example"], Items: [PathwayRules.OwnInstitution, PathwayRules.Newest]),
        ],
        Effective: new(new(2026, 8, 1), new(2027, 7, 31), ["2026", "2027"]));

    private static void AssertRoundTrip(ReadOnlyMemory<byte> original)
    {
        var first = Import(original);

        var export = CtdlExporter.Export(first.Pathways.Single().Pathway, first.Pathways.Single().Settings);
        var bytes = CtdlExporter.ToBytes(export.Document);

        Assert.DoesNotContain(export.Losses, loss => loss.Code != "graphs-joined");
        var (before, after) = (Statements.Of(original), Statements.Of(bytes));
        // A component that had no id of its own has one now, wherever it is named.
        AssertNone("lost", before.Except(after).Where(statement => !statement.Contains("/targetComponent[", StringComparison.Ordinal)));
        AssertNone("added", after.Except(before).Where(statement => !statement.Contains("_:embedded-", StringComparison.Ordinal)));
        // And it stays so: the second import has the same model, word for word.
        var second = Import(bytes);
        Assert.Equal(Model(first), Model(second));
        Assert.Equal(bytes, CtdlExporter.ToBytes(CtdlExporter.Export(second.Pathways[0].Pathway, second.Pathways[0].Settings).Document));
    }

    private static void AssertNone(string what, IEnumerable<string> statements)
        => Assert.True(!statements.Any(), $"{what}: {string.Join('\n', statements.Take(5))}");

    private static string Model(ImportReport report) => System.Text.Json.JsonSerializer.Serialize(report.Pathways[0].Pathway with { Beside = null });

    private static ImportReport Import(ReadOnlyMemory<byte> document)
    {
        var result = CtdlImporter.Import(document);
        Assert.True(result.IsAccepted, result.Rejection?.ToString());
        return result.Value;
    }
}
