using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Cmi5;

/// <summary>What the learning management side says itself: launched, abandoned, waived, satisfied (cmi5, section 9.3), and a unit's launch data (section 10).</summary>
/// <param name="Origin">Below it are the IRIs of ours; they never equal the publisher's.</param>
public sealed record Cmi5Statements(string Origin, string CourseKey, Cmi5Course Course, Guid Registration, JsonObject Actor)
{
    private const string Adl = "http://adlnet.gov/expapi/verbs/";
    private const string AdlW3Id = "https://w3id.org/xapi/adl/verbs/";

    public static string UnitIri(string origin, string courseKey, string unit) => $"{origin}/learning-record/cmi5/courses/{courseKey}/units/{ReadableKey.Of(unit)}";

    /// <summary>The statements that follow from events of a registration.</summary>
    public IEnumerable<JsonObject> Of(Cmi5State before, IEnumerable<object> events, DateTimeOffset now)
    {
        foreach (object @event in events)
        {
            if (@event is Cmi5Launched launched) yield return Launched(launched);
            if (@event is Cmi5Abandoned abandoned) yield return Abandoned(before.Sessions[abandoned.SessionId], abandoned);
            if (@event is Cmi5Waived waived) yield return Waived(waived, now);
            if (@event is Cmi5Satisfied satisfied) yield return Satisfied(satisfied, now);
        }
    }

    /// <summary>The document <c>LMS.LaunchData</c>.</summary>
    public JsonObject LaunchData(Cmi5Unit unit, Guid session, string mode, string? returnUrl)
    {
        var data = new JsonObject
        {
            ["contextTemplate"] = new JsonObject
            {
                ["contextActivities"] = new JsonObject { ["grouping"] = new JsonArray(new JsonObject { ["id"] = unit.Id }) },
                ["extensions"] = new JsonObject { [Cmi5Iris.SessionId] = session.ToString("D") },
            },
            ["launchMode"] = mode,
            ["launchMethod"] = unit.LaunchMethod,
            ["moveOn"] = unit.MoveOn,
        };
        if (unit.MasteryScore is { } mastery) data["masteryScore"] = mastery;
        if (unit.LaunchParameters is { } parameters) data["launchParameters"] = parameters;
        if (unit.EntitlementKey is { } key) data["entitlementKey"] = new JsonObject { ["courseStructure"] = key };
        if (returnUrl is not null) data["returnURL"] = returnUrl;
        return data;
    }

    private JsonObject Launched(Cmi5Launched launched)
    {
        var unit = Course.Find(launched.Unit)!;
        var statement = Statement(Adl + "launched", ObjectOf(unit), unit.Id, launched.SessionId, launched.At);
        var extensions = statement["context"]!["extensions"]!;
        extensions[Cmi5Iris.Extensions + "launchmode"] = launched.Mode;
        extensions[Cmi5Iris.Extensions + "launchurl"] = unit.Url;
        extensions[Cmi5Iris.Extensions + "moveon"] = unit.MoveOn;
        if (unit.MasteryScore is { } mastery) extensions[Cmi5Iris.MasteryScore] = mastery;
        if (unit.LaunchParameters is { } parameters) extensions[Cmi5Iris.Extensions + "launchparameters"] = parameters;
        return statement;
    }

    private JsonObject Abandoned(Cmi5Session session, Cmi5Abandoned abandoned)
    {
        var unit = Course.Find(session.Unit)!;
        var statement = Statement(AdlW3Id + "abandoned", ObjectOf(unit), unit.Id, session.Id, abandoned.At);
        decimal seconds = Math.Max(0, (decimal)(session.LastAt - session.LaunchedAt).Ticks / TimeSpan.TicksPerSecond);
        statement["result"] = new JsonObject { ["duration"] = string.Create(CultureInfo.InvariantCulture, $"PT{Math.Round(seconds, 2):0.##}S") };
        return statement;
    }

    private JsonObject Waived(Cmi5Waived waived, DateTimeOffset now)
    {
        var unit = Course.Find(waived.Unit)!;
        var statement = Statement(AdlW3Id + "waived", ObjectOf(unit), unit.Id, waived.SessionId, now);
        statement["result"] = new JsonObject { ["success"] = true, ["completion"] = true, ["extensions"] = new JsonObject { [Cmi5Iris.Reason] = waived.Reason } };
        statement["context"]!["contextActivities"]!["category"]!.AsArray().Add((JsonNode)new JsonObject { ["id"] = Cmi5Iris.MoveOnCategory });
        return statement;
    }

    private JsonObject Satisfied(Cmi5Satisfied satisfied, DateTimeOffset now)
    {
        var block = Course.Blocks.FirstOrDefault(candidate => candidate.Id == satisfied.Target);
        string courses = $"{Origin}/learning-record/cmi5/courses/{CourseKey}";
        var target = block is null
            ? Activity(courses, Course.Title, Cmi5Iris.CourseType)
            : Activity($"{courses}/blocks/{ReadableKey.Of(block.Id)}", block.Title, Cmi5Iris.BlockType);
        return Statement(AdlW3Id + "satisfied", target, satisfied.Target, satisfied.SessionId, now);
    }

    private JsonObject ObjectOf(Cmi5Unit unit) => Activity(UnitIri(Origin, CourseKey, unit.Id), unit.Title, unit.ActivityType);

    private static JsonObject Activity(string id, ImmutableSortedDictionary<string, string> title, string? type)
    {
        var definition = new JsonObject { ["name"] = new JsonObject(title.Select(text => KeyValuePair.Create(text.Key, (JsonNode?)text.Value))) };
        if (type is not null) definition["type"] = type;
        return new JsonObject { ["id"] = id, ["definition"] = definition };
    }

    /// <summary>Its id follows from what it says, so that saying it again is the same statement.</summary>
    private JsonObject Statement(string verb, JsonObject target, string publisherId, Guid session, DateTimeOffset at) => new()
    {
        ["id"] = DeterministicId.From(Registration, $"{verb}\n{publisherId}\n{session}").ToString("D"),
        ["actor"] = Actor.DeepClone(),
        ["verb"] = new JsonObject { ["id"] = verb, ["display"] = new JsonObject { ["en"] = verb[(verb.LastIndexOf('/') + 1)..] } },
        ["object"] = target,
        ["context"] = new JsonObject
        {
            ["registration"] = Registration.ToString("D"),
            ["contextActivities"] = new JsonObject
            {
                ["category"] = new JsonArray(new JsonObject { ["id"] = Cmi5Iris.Category }),
                ["grouping"] = new JsonArray(new JsonObject { ["id"] = publisherId }),
            },
            ["extensions"] = new JsonObject { [Cmi5Iris.SessionId] = session.ToString("D") },
        },
        ["timestamp"] = XapiTimestamp.Format(at),
    };
}
