using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Caliper;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord.Caliper;

public sealed class CaliperStatementTests
{
    private const string Sensor = "https://example.edu/sensors/1";

    private const string Graded = """
        {
          "@context": "http://purl.imsglobal.org/ctx/caliper/v1p2", "id": "urn:uuid:a50ca17f-5971-47bb-8fca-4e6e6879001d", "type": "GradeEvent", "profile": "GradingProfile",
          "actor": { "id": "https://example.edu/users/223", "type": "Person" }, "action": "Graded",
          "object": { "id": "https://example.edu/attempts/1", "type": "Attempt", "assignee": { "id": "https://example.edu/users/554433", "type": "Person" },
            "assignable": { "id": "https://example.edu/quizzes/1", "type": "Assessment", "name": "Quiz One" } },
          "generated": { "id": "https://example.edu/scores/1", "type": "Score", "maxScore": 15.0, "scoreGiven": 12.0 },
          "edApp": { "id": "https://example.edu", "type": "SoftwareApplication", "name": "Gradebook" },
          "group": { "id": "https://example.edu/sections/1", "type": "CourseSection" },
          "eventTime": "2026-11-15T10:57:06.000Z"
        }
        """;

    [Fact]
    public void A_score_is_the_learners_with_the_grader_as_instructor()
    {
        var statement = Map(Graded).Json;
        statement["context"]!["extensions"] = null;
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {"id":"a50ca17f-5971-47bb-8fca-4e6e6879001d",
                 "actor":{"account":{"homePage":"https://example.edu","name":"https://example.edu/users/554433"}},
                 "verb":{"id":"http://adlnet.gov/expapi/verbs/scored","display":{"en":"Graded"}},
                 "object":{"id":"https://example.edu/quizzes/1","definition":{"type":"http://adlnet.gov/expapi/activities/assessment","name":{"und":"Quiz One"}}},
                 "result":{"score":{"raw":12.0,"max":15.0,"min":0,"scaled":0.8}},
                 "context":{"platform":"Gradebook","contextActivities":{"grouping":[{"id":"https://example.edu/sections/1","definition":{"type":"http://adlnet.gov/expapi/activities/course"}}]},
                   "extensions":null,"instructor":{"account":{"homePage":"https://example.edu","name":"https://example.edu/users/223"}}},
                 "timestamp":"2026-11-15T10:57:06.000000Z"}
                """),
            statement), statement.ToJsonString());
    }

    [Fact]
    public void The_original_is_kept_whole()
        => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Graded), Map(Graded).Json["context"]!["extensions"]![CaliperStatement.Original]));

    [Fact]
    public void What_the_table_does_not_know_is_kept_under_Calipers_own_verb_and_marked()
    {
        var unknown = Map(Graded.Replace("\"Graded\"", "\"Praised\"", StringComparison.Ordinal));
        var nobodys = Map(Graded.Replace("\"assignee\"", "\"somebody\"", StringComparison.Ordinal));
        var entity = Map("""{"id":"https://example.edu/videos/1","type":"VideoObject","name":"Welding"}""");
        Assert.All([unknown, nobodys, entity], statement =>
        {
            Assert.False(statement.IsMapped);
            Assert.Equal(CaliperStatement.Unmapped, (string?)statement.Json["context"]!["contextActivities"]!["category"]![0]!["id"]);
            AssertValid(statement.Json);
        });
        Assert.Equal("http://purl.imsglobal.org/caliper/actions/Praised", (string?)unknown.Json["verb"]!["id"]);
        Assert.Equal(entity.Id, Map("""{"id":"https://example.edu/videos/1","type":"VideoObject","name":"Welding"}""").Id);
    }

    [Fact]
    public void Every_event_of_the_table_is_a_valid_statement_and_only_a_completed_assignment_an_achievement()
    {
        var achieving = new List<string>();
        foreach (var verb in CaliperVerbs.All)
        {
            var @event = JsonNode.Parse(Graded)!.AsObject();
            (@event["type"], @event["action"]) = (verb.Event, verb.Action);
            var statement = Map(@event.ToJsonString());
            Assert.Equal((true, verb.Verb), (statement.IsMapped, (string?)statement.Json["verb"]!["id"]));
            AssertValid(statement.Json);
            var json = JsonSerializer.SerializeToElement(statement.Json);
            if (MappingRules.Default.Derive(json, DateTimeOffset.UnixEpoch) is { Outcome: not "scored" }) achieving.Add($"{verb.Event} {verb.Action}");
        }
        Assert.Equal(["AssignableEvent Completed"], achieving);
    }

    [Theory]
    [InlineData("\"urn:uuid:a50ca17f-5971-47bb-8fca-4e6e6879001d\"", "\"https://example.edu/events/1\"", "/id")]
    [InlineData("\"2026-11-15T10:57:06.000Z\"", "\"yesterday\"", "/eventTime")]
    [InlineData("\"actor\": {", "\"who\": {", "/actor")]
    [InlineData("\"Graded\"", "\"was <graded>\"", "/action")]
    [InlineData("\"GradeEvent\"", "\"\"", "/type")]
    public void An_item_that_is_no_event_is_refused_with_its_place(string right, string wrong, string place)
    {
        var refused = CaliperStatement.Of(JsonElement.Parse(Graded.Replace(right, wrong, StringComparison.Ordinal)), Sensor);
        Assert.Equal(("caliper-item-invalid", place), (refused.Rejection?.Code, refused.Rejection?.Place));
    }

    [Theory]
    [InlineData("""{"sensor":"s","sendTime":"2026-01-01T00:00:00Z","dataVersion":"http://purl.imsglobal.org/ctx/caliper/v1p2","data":[{}]}""", "/sensor")]
    [InlineData("""{"sensor":"https://s.example","sendTime":"now","dataVersion":"http://purl.imsglobal.org/ctx/caliper/v1p2","data":[{}]}""", "/sendTime")]
    [InlineData("""{"sensor":"https://s.example","sendTime":"2026-01-01T00:00:00Z","dataVersion":"v9","data":[{}]}""", "/dataVersion")]
    [InlineData("""{"sensor":"https://s.example","sendTime":"2026-01-01T00:00:00Z","dataVersion":"http://purl.imsglobal.org/ctx/caliper/v1p2","data":[]}""", "/data")]
    public void An_envelope_that_is_none_is_refused_with_the_place(string envelope, string place)
        => Assert.Equal(place, CaliperEnvelope.Read(JsonElement.Parse(envelope)).Rejection?.Place);

    private static CaliperStatement Map(string item)
    {
        var statement = CaliperStatement.Of(JsonElement.Parse(item), Sensor);
        Assert.True(statement.IsAccepted, statement.Rejection?.ToString());
        return statement.Value;
    }

    private static void AssertValid(JsonObject statement)
        => Assert.Null(StatementRules.Check(JsonSerializer.SerializeToElement(statement), XapiVersion.V200));
}
