using System.Runtime.CompilerServices;
using Pathways.TransferRecognition.Domain.Importing;
using Xunit;

namespace Pathways.Domain.Tests.TransferRecognition;

public sealed class ImportTests
{
    private const string Profile =
        """
        {"@graph": [
          {"@id": "https://registry.example/ce-1", "@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1",
           "ceterms:name": {"en": "Finance"}, "ceterms:startDate": "2020-6-1",
           "ceterms:transferValue": [{"@type": "ceterms:ValueProfile", "schema:value": "3.0", "ceterms:creditUnitType": ["creditUnit:DegreeeCredit"]}],
           "ceterms:transferValueFrom": ["_:course"], "ceterms:transferValueFor": ["https://college.example/fn101"]},
          {"@id": "_:course", "@type": "ceterms:Course", "ceterms:identifier": [{"ceterms:identifierValueCode": "FIN1"}],
           "ceterms:requires": [{"ceterms:condition": {"en": ["Minimum Passing Score: 70%"]}}]}]}
        """;

    [Fact]
    public void Reads_a_profile_into_a_clause()
    {
        var import = TransferValueProfiles.Read(Profile).Value!;

        var clause = Assert.Single(import.Clauses);
        Assert.Equal(["FIN1", "https://registry.example/ce-1", "ce-1"], clause.Covers);
        Assert.Equal((3.0m, "creditUnit:DegreeCredit", 0.7m), (clause.Award.Amount, clause.Award.Unit, clause.MinScaledScore));
        Assert.Equal(["https://college.example/fn101"], clause.CountsAs);
        Assert.Equal(new DateOnly(2020, 6, 1), import.EffectiveFrom);
        Assert.Equal(["number-as-text", "term-mended", "score-from-words"], import.Warnings.Select(warning => warning.Code));
    }

    [Theory]
    [InlineData("{", "import-not-json")]
    [InlineData("""{"@graph": [{"@type": "ceasn:CompetencyFramework"}]}""", "import-no-transfer-value")]
    [InlineData("""{"@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1"}""", "import-value-missing")]
    [InlineData("""{"@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1", "ceterms:transferValue": {"schema:minValue": 1, "ceterms:creditUnitType": "a:b"}}""", "import-value-missing")]
    [InlineData("""{"@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1", "ceterms:transferValue": {"schema:value": 3}}""", "import-unit-missing")]
    [InlineData("""{"@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1", "ceterms:transferValue": {"schema:value": "three", "ceterms:creditUnitType": "a:b"}}""", "import-value-not-a-number")]
    [InlineData("""{"@type": "ceterms:TransferValueProfile", "ceterms:transferValue": {"schema:value": 3, "ceterms:creditUnitType": "a:b"}}""", "import-covers-nothing")]
    [InlineData("[1, 2]", "import-no-transfer-value")]
    public void Refuses_with_reason_and_place(string document, string code)
    {
        var rejection = TransferValueProfiles.Read(document).Rejection;
        Assert.Equal(code, rejection?.Code);
        Assert.NotNull(rejection?.Place);
    }

    [Theory]
    [InlineData("{}", "nothing that has a type")]
    [InlineData("""{"@graph": [{"@type": "ceasn:CompetencyFramework"}]}""", "ceasn:CompetencyFramework")]
    public void Says_what_it_found_instead_of_a_profile_and_shows_one_that_it_takes(string document, string found)
    {
        var rejection = TransferValueProfiles.Read(document).Rejection!;
        Assert.Contains(found, rejection.Message, StringComparison.Ordinal);
        Assert.True(TransferValueProfiles.Read(rejection.Remedy[rejection.Remedy.IndexOf('{')..]).IsAccepted);
    }

    public static TheoryData<string, string?> PublishedFiles => new()
    {
        { "ACE - Sophia Learning LLC - Principles of FinanceTVP-PUBLISHED JSON-LD.json", null },
        { "CTDL - Course - ACE - Sophia Learning LLC - Principles of Finance", null },
        { "Assistant API - Course - ACE - Sophia Learning LLC - Principles of Finance.json", null },
        { "CTDL - Course - Elon University - Accounting 1.json", null },
        { "CTDL - Course - KBOR - Infantryman Level 10.json", null },
        { "Published - NCCRS - Advanced Legal Issues in Fraud Investigation and Defense (515)", null },
        { "Assistant API - Assessment - Certified Administrative Secretary Part 3 (With Current Properties).json", null },
        { "Transfer Intermediary - WICHE Example.json", "import-not-json" },
        { "ACE-CompetencyFrameworkPrinciplesofFinance LearningOutcomes", "import-no-transfer-value" },
    };

    [Theory]
    [MemberData(nameof(PublishedFiles))]
    public void Takes_published_files_as_they_are(string file, string? refusal)
    {
        string path = Path.Combine(DataFolder(), "ctdl-transfer-value", "Transfer Value Profile", file);
        Assert.SkipUnless(File.Exists(path), $"{path} is not here.");

        var import = TransferValueProfiles.Read(File.ReadAllText(path));

        Assert.Equal(refusal, import.Rejection?.Code);
        if (refusal is null) Assert.All(import.Value!.Clauses, clause => Assert.True(clause.Award.Amount > 0));
    }

    private static string DataFolder([CallerFilePath] string here = "")
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(here)!);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "shared", "data"))) folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? "", "shared", "data");
    }
}
