using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

public sealed class ImportTests
{
    private const string Minimal = """
        {"@graph": [
          {"@id": "urn:p", "@type": "ceterms:Pathway", "ceterms:name": {"de": "Weg", "en": "Way"}, "ceterms:hasDestinationComponent": "urn:goal"},
          {"@id": "urn:goal", "@type": "ceterms:CredentialComponent", "ceterms:name": "Goal",
           "ceterms:hasCondition": [{"@type": "ceterms:ComponentCondition", "ceterms:requiredNumber": 1, "ceterms:targetComponent": ["urn:a", "urn:b"]}]},
          {"@id": "urn:a", "@type": "ceterms:CourseComponent", "ceterms:name": "A", "ceterms:codedNotation": "A 1",
           "ceterms:creditValue": [{"schema:value": "3.5", "ceterms:creditUnitType": ["creditUnit:DegreeeCredit"]}]},
          {"@id": "urn:b", "@type": "ceterms:CourseComponent", "ceterms:name": "B"}
        ]}
        """;

    [Fact]
    public void Reads_the_parts_of_a_pathway()
    {
        var report = Accept(Minimal);

        var pathway = Assert.Single(report.Pathways).Pathway;
        Assert.Equal(("urn:p", "Way", "urn:goal"), (pathway.Id, pathway.Name, Assert.Single(pathway.Destinations)));
        Assert.Equal(["urn:goal", "urn:a", "urn:b"], pathway.Components.Select(component => component.Id));
        Assert.Equal(1, Assert.Single(pathway.Components[0].Conditions).RequiredNumber);
        Assert.Equal(new CreditValue(3.5m, null, null, "creditUnit:DegreeCredit", null), Assert.Single(pathway.Components[1].Credits));
        Assert.Equal(["number-as-text", "unit-misspelt"], report.Warnings.Select(warning => warning.Code).Order());
        Assert.All(report.Warnings, warning => Assert.Equal("line 6", warning.Place.Split(',')[0]));
    }

    [Theory]
    [InlineData("\"urn:a\", \"urn:b\"", "\"urn:a\",, \"urn:b\",", "json-stray-comma json-trailing-comma")]
    [InlineData("\"urn:a\", \"urn:b\"", "\"urn:a\" \"urn:b\"", "json-missing-comma")]
    [InlineData("\"urn:a\", \"urn:b\"", "\"urn:a\", \"urn:x\"", "unknown-component")]
    [InlineData("\"urn:a\", \"urn:b\"", "\"urn:a\", \"(and 14 more)\"", "targets-elided")]
    [InlineData("\"urn:a\", \"urn:b\"", "\"urn:a\", \"urn:a\"", "duplicate-target")]
    [InlineData("{\"@graph\"", "\uFEFF{\"@graph\"", "json-byte-order-mark")]
    [InlineData("{\"@graph\"", "{} {\"@graph\"", "json-several-documents")]
    [InlineData("\"ceterms:codedNotation\"", "\"cterms:codedNotation\"", "unknown-prefix")]
    [InlineData("\"ceterms:requiredNumber\": 1", "\"leftOperand\": \"reqNum\", \"operand\": \"=\", \"rightOperand\": 1", "old-syntax")]
    [InlineData("\"ceterms:hasDestinationComponent\": \"urn:goal\"", "\"ceterms:hasPart\": []", "destination-assumed")]
    public void Forgives_with_a_warning_and_refuses_when_strict_about_it(string original, string dirty, string codes)
    {
        var document = Minimal.Replace(original, dirty, StringComparison.Ordinal);

        var warnings = Accept(document).Warnings.Select(warning => warning.Code).Except(["number-as-text", "unit-misspelt"]);

        Assert.Equal(codes.Split(' '), warnings.Order());
        var strict = CtdlImporter.Import(Bytes(document), new(Strict: true));
        Assert.Equal(codes.Contains("json-") ? "document-malformed" : codes == "unknown-component" ? codes : null, strict.Rejection?.Code);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("{}", "nothing that has a type")]
    [InlineData("{\"@type\": \"ceterms:Course\"}", "1 Course")]
    public void Says_what_it_found_instead_of_a_pathway_and_shows_one_that_it_takes(string document, string found)
    {
        var rejection = CtdlImporter.Import(Bytes(document)).Rejection!;
        Assert.Equal("pathway-not-found", rejection.Code);
        Assert.Contains(found, rejection.Message, StringComparison.Ordinal);
        Assert.Equal("Welding", Accept(rejection.Remedy[rejection.Remedy.IndexOf('{')..]).Pathways.Single().Pathway.Name);
    }

    [Theory]
    [InlineData("[", "document-malformed", "line 1, column 2")]
    [InlineData("{\"a\" 1}", "document-malformed", "line 1, column 6")]
    [InlineData("{\"a\": tru}", "document-malformed", "line 1, column 10")]
    [InlineData("{\"a\": \"b\n\"}", "document-malformed", "line 1, column 9")]
    [InlineData("[}", "document-malformed", "line 1, column 2")]
    [InlineData("{}", "pathway-not-found", "line 1, column 1")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "document-too-deep", "line 1, column 65")]
    public void Refuses_what_it_cannot_read_with_the_place(string document, string code, string place)
    {
        var rejection = CtdlImporter.Import(Bytes(document)).Rejection!;

        Assert.Equal((code, place), (rejection.Code, rejection.Place));
    }

    [Theory]
    [InlineData("\"ceterms:name\": \"A\",", "\"ceterms:prerequisite\": [\"urn:goal\"],", "pathway-cyclic", "Goal → urn:a → Goal")]
    [InlineData("\"@id\": \"urn:b\"", "\"@id\": \"urn:a\"", "duplicate-id", "urn:a")]
    [InlineData("\"3.5\"", "-1", "number-out-of-range", "never negative")]
    [InlineData("\"3.5\"", "1e400", "number-out-of-range", "1e400")]
    [InlineData("Number\": 1", "Number\": 1.5", "number-out-of-range", "whole number")]
    [InlineData("Number\": 1", "Number\": -1", "number-out-of-range", "whole number")]
    [InlineData("Component\": \"urn:goal\"", "Component\": \"urn:nowhere\"", "pathway-without-destination", "urn:nowhere")]
    public void Refuses_a_pathway_that_makes_no_sense(string original, string broken, string code, string says)
    {
        var rejection = CtdlImporter.Import(Bytes(Minimal.Replace(original, broken, StringComparison.Ordinal))).Rejection!;

        Assert.Equal(code, rejection.Code);
        Assert.Contains(says, rejection.Message, StringComparison.Ordinal);
        Assert.StartsWith("line ", rejection.Place, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_more_nodes_than_the_limit()
    {
        var nodes = string.Join(',', Enumerable.Range(0, 25_001).Select(number => $$"""{"@id":"urn:{{number}}"}"""));

        Assert.Equal("document-too-large", CtdlImporter.Import(Bytes($"[{nodes}]")).Rejection?.Code);
    }

    [Fact]
    public void Takes_a_chain_of_nearly_ten_thousand_components()
    {
        var chain = string.Join(',', Enumerable.Range(0, 9_990).Select(number =>
            $$"""{"@id":"urn:{{number}}","@type":"BasicComponent","hasCondition":{"requiredNumber":1,"targetComponent":"urn:{{number + 1}}"} }"""));
        var report = Accept($$"""[{"@id":"urn:p","@type":"Pathway","hasDestinationComponent":"urn:0"},{{chain}}]""");

        var compiled = PathwayCompiler.Compile(report.Pathways[0].Pathway, PathwaySettings.None);
        var last = Assessment.Of(Stack, compiled, [Holds("urn:9990")], Now).Evaluated;

        Assert.Equal(Verdict.Satisfied, last.Verdict);
    }

    private static ImportReport Accept(string document)
    {
        var result = CtdlImporter.Import(Bytes(document));
        Assert.True(result.IsAccepted, result.Rejection?.ToString());
        return result.Value;
    }
}
