using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Cmi5;

/// <summary>What a unit's statement must look like in its session (cmi5, sections 9.2 to 9.7); the statement itself is valid xAPI.</summary>
/// <param name="Actor">The learner.</param>
/// <param name="ActivityId">The IRI of ours that the unit was launched with.</param>
public sealed record Cmi5StatementRules(Identity Actor, Guid Registration, Guid SessionId, string ActivityId, Cmi5Unit Unit)
{
    private const string Adl = "http://adlnet.gov/expapi/verbs/";

    /// <param name="isNamed">Its id is given beside it.</param>
    /// <returns>What the statement reports, or why it is refused, with the place.</returns>
    public Result<Cmi5Report> Read(JsonElement statement, bool isNamed = false)
    {
        string verb = statement.GetProperty("verb").GetProperty("id").GetString()!;
        if (!isNamed && !statement.TryGetProperty("id", out _)) return Breach("A unit gives its statements an id.", "/id");
        if (!statement.TryGetProperty("timestamp", out var time) || !XapiTimestamp.TryParse(time.GetString()!, out var at)) return Breach("A unit's statement has a timestamp.", "/timestamp");
        if (verb == StatementRules.VoidedVerb) return Breach("A unit may not void statements.", "/verb");
        if (Identity.Of(statement.GetProperty("actor")) != Actor) return Breach("The actor is not the one that the unit was launched for.", "/actor");
        if (!statement.TryGetProperty("context", out var context)) return Breach("The context of the launch data is missing.", "/context");
        if (!context.TryGetProperty("registration", out var registration) || registration.GetGuid() != Registration) return Breach("The registration is not the one of the launch.", "/context/registration");
        if (Text(context, "extensions", Cmi5Iris.SessionId) is not { } session || !Guid.TryParse(session, out var named) || named != SessionId)
            return Breach("The session id of the launch data is missing.", "/context/extensions");
        if (!Has(context, "grouping", Unit.Id)) return Breach("The unit's id of the course structure is missing in the grouping.", "/context/contextActivities/grouping");
        if (!Has(context, "category", Cmi5Iris.Category)) return new Cmi5Report(verb, IsDefined: false, at);

        if (!verb.StartsWith(Adl, StringComparison.Ordinal) || !Cmi5Verbs.OfUnits.Contains(verb[Adl.Length..])) return Breach("This is no verb that a unit reports in the category of cmi5.", "/verb");
        string name = verb[Adl.Length..];
        if (!statement.GetProperty("object").TryGetProperty("id", out var target) || target.GetString() != ActivityId) return Breach("The object is not the activity that the unit was launched with.", "/object/id");
        return ResultBreach(name, statement, context) is { } breach ? breach : new Cmi5Report(name, IsDefined: true, at);
    }

    private Rejection? ResultBreach(string verb, JsonElement statement, JsonElement context)
    {
        var result = statement.TryGetProperty("result", out var given) ? given : default;
        bool isJudged = verb is Cmi5Verbs.Passed or Cmi5Verbs.Failed;
        if (Flag(result, "success") != (isJudged ? verb == Cmi5Verbs.Passed : null)) return Breach("success is true of passed, false of failed, and absent otherwise.", "/result/success");
        if (Flag(result, "completion") != (verb == Cmi5Verbs.Completed ? true : null)) return Breach("completion is true of completed, and absent otherwise.", "/result/completion");
        if (verb != Cmi5Verbs.Initialized && !Member(result, "duration", out _)) return Breach($"{verb} has a duration.", "/result/duration");
        if (Has(context, "category", Cmi5Iris.MoveOnCategory) != (isJudged || verb == Cmi5Verbs.Completed))
            return Breach("The category moveon stands with success or completion, and only there.", "/context/contextActivities/category");
        if (!Member(result, "score", out var score)) return null;
        return isJudged ? Score(verb, score, context) : Breach("Only passed and failed have a score.", "/result/score");
    }

    private Rejection? Score(string verb, JsonElement score, JsonElement context)
    {
        if (score.TryGetProperty("raw", out _) && !(score.TryGetProperty("min", out _) && score.TryGetProperty("max", out _))) return Breach("A raw score comes with min and max.", "/result/score");
        if (!score.TryGetProperty("scaled", out var number) || !number.TryGetDecimal(out decimal scaled)) return null;
        if (scaled is < 0 or > 1) return Breach("A scaled score is from 0 to 1.", "/result/score/scaled");
        if (Unit.MasteryScore is not { } mastery) return null;
        if (verb == Cmi5Verbs.Passed ? scaled < mastery : scaled >= mastery) return Breach($"{verb} contradicts the masteryScore, which is {mastery}.", "/result/score/scaled");
        return Member(context, "extensions", out var extensions) && Member(extensions, Cmi5Iris.MasteryScore, out var told)
            && told.ValueKind == JsonValueKind.Number && told.TryGetDecimal(out decimal value) && value == mastery
            ? null
            : Breach("The masteryScore of the launch data is missing in the context's extensions.", "/context/extensions");
    }

    private static bool Has(JsonElement context, string list, string id)
        => Member(context, "contextActivities", out var activities) && Member(activities, list, out var found)
            && (found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().Any(activity => IsIt(activity, id)) : IsIt(found, id));

    private static bool IsIt(JsonElement activity, string id) => activity.TryGetProperty("id", out var given) && given.GetString() == id;

    private static string? Text(JsonElement value, string first, string second)
        => Member(value, first, out var inner) && Member(inner, second, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static bool? Flag(JsonElement value, string name) => Member(value, name, out var flag) ? flag.GetBoolean() : null;

    private static bool Member(JsonElement value, string name, out JsonElement member)
    {
        member = default;
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out member);
    }

    private static Rejection Breach(string message, string place) => Rejection.Forbidden("cmi5-not-allowed", message, "See section 9 of the cmi5 specification.") with { Place = place };
}

/// <summary>IRIs of cmi5.</summary>
public static class Cmi5Iris
{
    public const string Category = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
    public const string MoveOnCategory = "https://w3id.org/xapi/cmi5/context/categories/moveon";
    public const string BlockType = "https://w3id.org/xapi/cmi5/activitytype/block";
    public const string CourseType = "https://w3id.org/xapi/cmi5/activitytype/course";
    public const string SessionId = Extensions + "sessionid";
    public const string MasteryScore = Extensions + "masteryscore";
    public const string Extensions = "https://w3id.org/xapi/cmi5/context/extensions/";
    public const string Reason = "https://w3id.org/xapi/cmi5/result/extensions/reason";
}
