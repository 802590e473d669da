using System.Text;
using Pathways.PathwayStacking.Authoring;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking.Documents;

/// <summary>The compact form: it says all that the model says, and tells a typing mistake from a wish.</summary>
public sealed class AuthoringTests
{
    internal const string Welding = """
        pathway: https://college.example/pathways/welding
        name: Welding Certificate
        language: en
        effective: {from: 2026-08-01, cohorts: ["2026"]}
        goal: certificate
        awards: {certificate: https://college.example/achievements/welding}
        use-once: true
        components:
          certificate:
            kind: credential
            name: Welding Certificate A
            requires:
              - all: [we104, {2 of: [we110, we111, we112], where: [grade >= C]}]
              - 1 of: [finance, maths]
                name: General education
          we104: {kind: course, name: Safety, code: WE104, credits: 1 creditUnit:SemesterHour}
          we110: {kind: course, name: Gas Metal Arc Welding I, code: WE110, credits: 3 creditUnit:SemesterHour}
          we111: {kind: course, name: Gas Metal Arc Welding II, code: WE111, requires: we110}
          we112: {kind: course, name: Blueprints, code: WE112}
          finance: {kind: course, code: FIN, credits: {min: 3, max: 4}}
          maths: {kind: multi, name: Any mathematics, proxy-for: [https://a.example/m1, https://a.example/m2]}
        rules:
          - {rule: recency, of: we104, months: 60}
          - {rule: credit-minimum, of: certificate, credits: 9, unit: creditUnit:SemesterHour}
          - {rule: prerequisite, of: we111, items: we110}
        """;

    [Fact]
    public void Reads_what_a_person_writes()
    {
        var (pathway, settings, _) = Read(Welding);

        var certificate = pathway.Components[0];
        Assert.Equal("https://college.example/pathways/certificate", certificate.Id);
        Assert.Equal(certificate.Id, Assert.Single(pathway.Destinations));
        Assert.Equal(["https://college.example/pathways/we104"], certificate.Conditions[0].Targets);
        Assert.Equal((2, "GTEQ"), (certificate.Conditions[0].Conditions[0].RequiredNumber, certificate.Conditions[0].Conditions[0].Constraints[0].Comparator));
        Assert.Equal(new CreditValue(3, null, null, "creditUnit:SemesterHour", null), pathway.Components[2].Credits[0]);
        Assert.Equal(new CreditMinimum(certificate.Id, 9, "creditUnit:SemesterHour"), Assert.Single(settings.Minima!));
        Assert.Equal(["https://college.example/pathways/we110"], settings.Rules![1].Items);
        Assert.True(settings.Effective!.Covers(new(2026, 8, 1), "2026"));
        Assert.DoesNotContain(PathwayChecks.Check(pathway, settings), finding => finding.Severity == FindingSeverity.Error);
    }

    [Fact]
    public void The_examples_of_its_README_hold()
    {
        var (pathway, settings, _) = Read(Example("pathway:"));
        var held = EvidenceFile.Read([(Bytes(Example("learner:")), true)], learner: null);

        Assert.DoesNotContain(PathwayChecks.Check(pathway, settings), finding => finding.Severity == FindingSeverity.Error);
        Assert.True(held.IsAccepted, held.Rejection?.ToString());
        var compiled = PathwayCompiler.Compile(pathway, settings);
        Assert.All(held.Value.Evidence, evidence => Assert.True(compiled.Concerns(evidence), evidence.Id));
        Assert.All(held.Value.Interventions, granted => Assert.Null(granted.Refuse(pathway)));
    }

    [Fact]
    public void Evidence_of_another_learner_is_not_taken_for_the_one_that_is_asked_for()
    {
        ReadOnlyMemory<byte> ada = Bytes("learner: ada\nevidence: []\n"), bob = Bytes("learner: bob\nevidence: []\n");

        Assert.Equal("evidence-of-another", EvidenceFile.Read([(ada, true)], learner: "bob").Rejection?.Code);
        Assert.Equal("evidence-of-another", EvidenceFile.Read([(ada, true), (bob, true)]).Rejection?.Code);
        Assert.Equal("ada", EvidenceFile.Read([(ada, true)], learner: "ada").Value!.Learner);
    }

    [Fact]
    public void A_byte_order_mark_before_evidence_is_passed_over()
        => Assert.Equal("ada", EvidenceFile.Read([(Bytes("\uFEFFlearner: ada\nevidence: []\n"), true)]).Value?.Learner);

    [Fact]
    public void What_is_written_again_says_the_same()
    {
        var (pathway, settings, _) = Read(Welding);

        var again = PathwayFile.ToYaml(pathway, settings);

        Assert.Equal(Hash(pathway, settings), Hash(Read(again)));
        Assert.Equal(again, PathwayFile.ToYaml(Read(again).Pathway, Read(again).Settings));
        Assert.Contains("we110: {kind: course, name: Gas Metal Arc Welding I, code: WE110, credits: ", again, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(CtdlRoundTripTests.Accepted), MemberType = typeof(CtdlRoundTripTests))]
    public void A_published_pathway_goes_through_the_compact_form_without_loss(string file) => AssertThroughYaml(PublishedExamplesTests.Read(file));

    [Fact]
    public void A_document_of_every_kind_of_oddity_goes_through_the_compact_form_without_loss() => AssertThroughYaml(Bytes(CtdlRoundTripTests.Everything));

    [Fact]
    public void Rules_and_settings_go_through_the_compact_form_without_loss()
    {
        var settings = CtdlRoundTripTests.AllSettings;
        var pathway = Pathway(
            Certificate("urn:goal", Some(1, "urn:a", "urn:b") with { Operator = LogicalOperator.OnlyOne, Name = "yes", Id = "no" }, Some(null, "urn:a") with { Operator = LogicalOperator.Or }),
            Course("urn:a") with { MetBy = CompletionRule.Conditions, Name = " true ", Description = "two\nlines # and: more", CodedNotation = "1e5" },
            Course("urn:b") with { Credits = [new(null, null, null, null, null), new(1.50m, 1, 2, "u", "l")], ProxyFor = ["null", "- x"] });

        Assert.Equal(Hash(pathway, settings), Hash(Read(PathwayFile.ToYaml(pathway, settings))));
    }

    [Fact]
    public void Ids_that_look_short_stay_what_they_are()
    {
        var pathway = Pathway(Certificate("goal", Some(1, "a")), Course("a"));

        Assert.Equal(["goal", "a"], Read(PathwayFile.ToYaml(pathway, PathwaySettings.None)).Pathway.Components.Select(component => component.Id));
    }

    [Theory]
    [InlineData("kind: multi", "kind: mutli", "authoring-malformed", "line 21, column 17", "no kind of component")]
    [InlineData("grade >= C", "grade is C", "authoring-malformed", "line 13, column 60", "no constraint")]
    [InlineData("code: FIN,", "cod: FIN,", "authoring-malformed", "line 20, column 32", "has no \"cod\"")]
    [InlineData("2 of:", "some of:", "authoring-malformed", "line 13, column 22", "\"2 of\"")]
    [InlineData("months: 60", "years: 5", "rule-malformed", "line 23, column 39", "has no \"years\"")]
    [InlineData("months: 60", "months: many", "rule-malformed", "line 23, column 40", "can't be")]
    [InlineData("  we112:", "  we110:", "duplicate-id", "line 19, column 3", "stands twice")]
    [InlineData("3 creditUnit:SemesterHour}\n", "-3 creditUnit:SemesterHour}\n", "number-out-of-range", "line 17", "never negative")]
    [InlineData("max: 4", "max: 1e30", "number-out-of-range", "line 20", "1,000,000")]
    [InlineData("pathway: https://college.example/pathways/welding", "pathways: x", "pathway-not-found", "line 1, column 1", "missing")]
    [InlineData("use-once: true", "use-once: &a true", "document-malformed", "line 7", "Anchors")]
    [InlineData("use-once: true", "use-once: [", "document-malformed", "line", "")]
    [InlineData("      - 1 of: [finance", "\t- 1 of: [finance", "document-malformed", "line 14, column 1", "use spaces")]
    [InlineData("  we104: {", "\twe104: {", "document-malformed", "line 16, column 1", "use spaces")]
    [InlineData("    kind: credential", "  \tkind: credential", "document-malformed", "line 10, column 3", "use spaces")]
    [InlineData("components:\n  certificate:", "components:\n\tcertificate:", "document-malformed", "line 9, column 1", "use spaces")]
    [InlineData("pathway: h", "\tpathway: h", "document-malformed", "line 1, column 1", "use spaces")]
    [InlineData("[https://a.example/m1, https", "[https://a.example/m1,\n\thttps", "document-malformed", "line 22, column 1", "use spaces")]
    [InlineData("from: 2026-08-01", "from: 1.8.2026", "authoring-malformed", "line 4", "day")]
    public void A_mistake_is_refused_with_its_place(string right, string wrong, string code, string place, string says)
    {
        var rejection = PathwayFile.Read(Bytes(Welding.Replace(right, wrong, StringComparison.Ordinal)), isYaml: true).Rejection!;

        Assert.Equal(code, rejection.Code);
        Assert.StartsWith(place, rejection.Place, StringComparison.Ordinal);
        Assert.Contains(says, rejection.Message, StringComparison.Ordinal);
    }

    private static void AssertThroughYaml(ReadOnlyMemory<byte> ctdl)
    {
        var (pathway, settings, _) = PathwayFile.Read(ctdl, isYaml: false).Value!;

        var yaml = PathwayFile.ToYaml(pathway, settings);
        var again = Read(yaml);

        Assert.Equal(Hash(pathway, settings), Hash(again));
        Assert.Equal(yaml, PathwayFile.ToYaml(again.Pathway, again.Settings));
        Assert.Equal(CtdlExporter.ToBytes(PathwayFile.ToCtdl(pathway, settings).Document), CtdlExporter.ToBytes(PathwayFile.ToCtdl(again.Pathway, again.Settings).Document));
    }

    /// <summary>The block of the README that begins so.</summary>
    private static string Example(string begin)
    {
        string readme = File.ReadAllText(Path.Combine(Repository.FullName, "services/PathwayStacking/Authoring/README.md"));
        return Assert.Single(readme.Split("```yaml\n").Skip(1).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)]), block => block.StartsWith(begin, StringComparison.Ordinal));
    }

    private static PathwayContent Read(string yaml)
    {
        var result = PathwayFile.Read(Bytes(yaml), isYaml: true);
        Assert.True(result.IsAccepted, result.Rejection + "\n" + yaml);
        return result.Value;
    }

    private static string Hash(PathwayContent content) => Hash(content.Pathway, content.Settings);

    private static string Hash(Pathway pathway, PathwaySettings settings) => PathwayCompiler.VersionHash(pathway, settings);

    [Fact]
    public void An_open_badge_with_evidence_of_its_own_is_a_badge_and_known_by_its_other_identifiers()
    {
        const string Badge = """
            {"@context": ["https://www.w3.org/ns/credentials/v2"], "id": "https://college.example/credentials/1", "type": ["VerifiableCredential", "OpenBadgeCredential"],
             "issuer": {"id": "did:web:college.example"}, "validFrom": "2026-03-01T09:00:00Z", "evidence": [{"id": "https://college.example/projects/1", "type": ["Evidence"]}],
             "credentialSubject": {"achievement": {"id": "https://college.example/achievements/we104", "name": "Safety",
               "otherIdentifier": [{"identifier": "https://college.example/courses/we104", "identifierType": "identifier"}]}}}
            """;

        var held = Assert.Single(EvidenceFile.Read([(Encoding.UTF8.GetBytes(Badge), false)]).Value!.Evidence);

        Assert.Equal(("https://college.example/credentials/1", "https://college.example/achievements/we104"), (held.Id, held.AchievementId));
        Assert.Equal(["https://college.example/courses/we104"], held.Identifiers);
    }

    [Fact]
    public void Two_pieces_of_evidence_of_one_name_are_refused_and_none_is_left_out()
    {
        const string Twice = """
            evidence:
              - { id: c1, achievement: BK101 }
              - { id: c1, achievement: BK110 }
            """;

        var refused = EvidenceFile.Read([(Bytes(Twice), true)]).Rejection!;

        Assert.Equal(("duplicate-id", "Two pieces of evidence are called \"c1\". Give each an \"id\" of its own."), (refused.Code, refused.Message));
        Assert.Contains("line 3", refused.Place, StringComparison.Ordinal);
    }
}
