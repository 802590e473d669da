using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Cmi5;
using Pathways.LearningRecord.Domain.Csv;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.LearningRecord.Domain.Documents;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Portfolio;
using Pathways.LearningRecord.Domain.Recording;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

/// <summary>Every event type as it has ever been stored: what lies in a database must be read by every later build.</summary>
public sealed class GoldenEvents
{
    private static readonly Guid Id = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0");
    private static readonly Guid By = Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa1");
    private const string Learner = "learner-abcdefghijklmnopqrstuvwxyz";

    private static readonly ConnectionSettings Settings = new(
        Connection.Out, "State LRS", "https://lrs.example.edu/xapi", "key", "2.0.0",
        new StatementFilter(["http://adlnet.gov/expapi/verbs/passed"], [], RelatedActivities: false, [Learner], RelatedAgents: true), IntervalSeconds: 1);

    private static readonly ImmutableSortedDictionary<string, string> Title = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("en", "Welding")]);

    private static readonly Dictionary<string, object> Events = new()
    {
        ["statement_stored"] = new StatementStored(
            Id, Learner, "http://adlnet.gov/expapi/verbs/passed", "Activity", "https://example.edu/courses/welding-1", RefersTo: null, IsVoiding: false,
            "client-1", "pd1.1.AAAA", [new StoredAttachment("urn:usage", "text/plain", 27, "495395e7", FileUrl: null)]),
        ["statement_voided"] = new StatementVoided(Id, By),
        ["statement_awaited"] = new StatementAwaited(Id, By),
        ["achievement_recorded"] = new AchievementRecorded(
            Learner, Id, "passed", "https://example.edu/courses/welding-1", "http://adlnet.gov/expapi/activities/course", 0.83m,
            new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), "default-1"),
        ["achievement_withdrawn"] = new AchievementWithdrawn(Learner, Id, "https://example.edu/courses/welding-1", "voided"),
        ["document_stored"] = new DocumentStored("state", Learner, "da39a3ee5e6b4b0d3255bfef95601890afd80709", "pd1.1.AAAA"),
        ["document_deleted"] = new DocumentDeleted(Learner),
        ["learner_erased"] = new LearnerErased(Learner, 3),
        ["statement_deleted"] = new StatementDeleted(Id, By),
        ["statements_deleted"] = new StatementsDeleted(
            By, 3, "asked for", "http://adlnet.gov/expapi/verbs/passed", Activity: null, new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), NamedAnAgent: false),
        ["retention_rules_set"] = new RetentionRulesSet([new RetentionRule(365, "http://adlnet.gov/expapi/verbs/experienced")]),
        ["mapping_rules_set"] = new MappingRulesSet(1, [new MappingRule("http://adlnet.gov/expapi/verbs/passed", "passed", Success: false, MinScaledScore: 0.7m)]),
        ["cmi5_course_imported"] = new Cmi5CourseImported("welding-5f2c9a10", new Cmi5Course(
            "https://publisher.example/welding", Title, [new Cmi5Block("https://publisher.example/safety", Title, [])],
            [
                new Cmi5Unit(
                    "https://publisher.example/gas", Title, "https://content.example/gas", "Passed", 0.85m, "AnyWindow", "http://adlnet.gov/expapi/activities/module", "level=1", "key",
                    ["https://publisher.example/safety"]),
            ])),
        ["cmi5_registered"] = new Cmi5Registered(Id, "welding-5f2c9a10", 1, Learner, "pd1.1.AAAA"),
        ["cmi5_launched"] = new Cmi5Launched(By, "https://publisher.example/gas", "Normal", "495395e7", new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)),
        ["cmi5_token_fetched"] = new Cmi5TokenFetched(By, "495395e7"),
        ["cmi5_reported"] = new Cmi5Reported(By, "passed", new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)),
        ["cmi5_abandoned"] = new Cmi5Abandoned(By, new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero)),
        ["cmi5_waived"] = new Cmi5Waived("https://publisher.example/gas", "Tested Out", By),
        ["cmi5_satisfied"] = new Cmi5Satisfied("https://publisher.example/safety", By),
        ["csv_mapping_set"] = new CsvMappingSet("grades", "{\"name\":\"grades\"}"),
        ["connection_defined"] = new ConnectionDefined(Id, Settings, FromStart: true),
        ["connection_changed"] = new ConnectionChanged(Id, Settings, SecretChanged: true),
        ["connection_paused"] = new ConnectionPaused(Id),
        ["connection_resumed"] = new ConnectionResumed(Id),
        ["connection_ended"] = new ConnectionEnded(Id),
        ["statements_skipped"] = new StatementsSkipped(Id, [Id]),
        ["evidence_added"] = new EvidenceAdded("0123456789abcdef0123456789abcdef", Learner, "file", 27, "pd1.1.AAAA", [Id]),
        ["evidence_linked"] = new EvidenceLinked("0123456789abcdef0123456789abcdef", Id),
        ["evidence_unlinked"] = new EvidenceUnlinked("0123456789abcdef0123456789abcdef", Id),
        ["evidence_deleted"] = new EvidenceDeleted("0123456789abcdef0123456789abcdef", "deleted"),
    };

    public static TheoryData<string> Names => [.. RecordEvents.Aliases.Keys.Union(Events.Keys)];

    [Theory, MemberData(nameof(Names))]
    public void Is_stored_as_it_always_was(string name)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), name + ".json")))!;
        object told = Events[name];
        Assert.True(JsonNode.DeepEquals(golden, JsonNode.Parse(JsonSerializer.Serialize(told, told.GetType()))), JsonSerializer.Serialize(told, told.GetType()));
        object read = JsonSerializer.Deserialize(golden.ToJsonString(), RecordEvents.Aliases[name])!;
        Assert.Equal(JsonSerializer.Serialize(told, told.GetType()), JsonSerializer.Serialize(read, read.GetType()));
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.Combine(Path.GetDirectoryName(path)!, "Golden");
}
