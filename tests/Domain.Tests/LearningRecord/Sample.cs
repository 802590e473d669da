using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.Domain.Tests.LearningRecord;

/// <summary>A valid statement, and changes to it by JSON Pointer.</summary>
internal static class Sample
{
    public const string Passed = """
        {"id":"fd41c918-b88b-4b20-a0a5-a4c32391aaa0",
         "actor":{"objectType":"Agent","name":"Maria","mbox":"mailto:maria@example.edu"},
         "verb":{"id":"http://adlnet.gov/expapi/verbs/passed","display":{"en":"passed"}},
         "object":{"objectType":"Activity","id":"https://example.edu/courses/welding-1","definition":{"type":"http://adlnet.gov/expapi/activities/course","name":{"en":"Welding"}}},
         "result":{"score":{"scaled":0.83,"raw":83,"min":0,"max":100},"success":true,"completion":true,"duration":"PT1H"},
         "context":{"registration":"ec531277-b57b-4c15-8d91-d292c5b2b8f7","platform":"LMS","contextActivities":{"parent":{"id":"https://example.edu/programmes/welding"}}},
         "timestamp":"2026-03-01T10:00:00+01:00"}
        """;

    /// <param name="pointer">Members on the way are made where they are missing.</param>
    public static string With(string pointer, string json)
    {
        var root = JsonNode.Parse(Passed)!;
        string[] path = pointer.TrimStart('/').Split('/');
        var at = root;
        foreach (string step in path[..^1])
        {
            at[step] ??= new JsonObject();
            at = at[step]!;
        }
        at[path[^1]] = JsonNode.Parse(json);
        return root.ToJsonString();
    }

    public static string Without(string pointer)
    {
        var root = JsonNode.Parse(Passed)!;
        string[] path = pointer.TrimStart('/').Split('/');
        var at = root;
        foreach (string step in path[..^1]) at = at[step]!;
        at.AsObject().Remove(path[^1]);
        return root.ToJsonString();
    }

    public static JsonElement Json(string text) => StatementJson.Parse(Encoding.UTF8.GetBytes(text)).Value!.RootElement;
}
