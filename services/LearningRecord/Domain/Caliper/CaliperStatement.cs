using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Caliper;

/// <summary>An item of an envelope as a statement. The item itself is in it, as it came, in the context extension <see cref="Original"/>.</summary>
/// <param name="Id">The event's own UUID, so that an event sent again is the same statement.</param>
/// <param name="IsMapped">False: no verb of the table is its, so the verb is Caliper's; it is found by the category <see cref="Unmapped"/>.</param>
public sealed record CaliperStatement(Guid Id, string Type, string Action, JsonObject Json, bool IsMapped)
{
    public const string Original = "https://pathways.example/xapi/extensions/caliper";
    public const string Unmapped = "https://pathways.example/caliper/unmapped";
    public const string Described = "https://pathways.example/xapi/verbs/described";

    private static readonly Guid Namespace = new("c4a1bb86-2a8b-5a0d-9b0d-5e8a5cbb3a01");

    public static Result<CaliperStatement> Of(JsonElement item, string sensor)
    {
        if (item.ValueKind != JsonValueKind.Object) return Invalid("It must be an event or an entity.", "");
        string type = Text(item, "type") ?? "";
        if (type.Length == 0 || !type.All(char.IsAsciiLetterOrDigit)) return Invalid("It must have a type that is a term of Caliper.", "/type");
        return type.EndsWith("Event", StringComparison.Ordinal) ? OfEvent(item, type) : OfEntity(item, type, sensor);
    }

    private static Result<CaliperStatement> OfEvent(JsonElement item, string type)
    {
        if (EventId(item) is not { } id) return Invalid("An event has an id of its own: urn:uuid: and a UUID.", "/id");
        if (CaliperEntity.At(item, "actor") is not { } actor) return Invalid("The actor must be named by an IRI.", "/actor");
        if (CaliperEntity.At(item, "object") is not { } target) return Invalid("The object must be named by an IRI.", "/object");
        if (Text(item, "eventTime") is not { } time || !XapiTimestamp.TryParse(time, out var instant)) return Invalid("The time of the event must be a date-time of ISO 8601.", "/eventTime");
        if (ActionOf(item) is not { } action) return Invalid("The action must be a term of Caliper.", "/action");

        string? verb = CaliperVerbs.Find(type, action);
        // A score is the learner's, whoever gave it; where the learner is not named it can't be told as the learner's.
        var learner = type == "GradeEvent" ? target.At("assignee") : actor;
        if (learner is null) verb = null;
        var statement = new JsonObject
        {
            ["id"] = id.ToString("D"),
            ["actor"] = (learner ?? actor).ToAgent(),
            ["verb"] = new JsonObject { ["id"] = verb ?? CaliperVerbs.Actions + action, ["display"] = new JsonObject { ["en"] = action } },
            ["object"] = ObjectOf(type, target),
        };
        if (CaliperResult.Of(item) is { Count: > 0 } result) statement["result"] = result;
        var context = Context(item, target, verb is not null);
        if (learner is not null && type == "GradeEvent" && actor.IsPerson) context["instructor"] = actor.ToAgent();
        statement["context"] = context;
        statement["timestamp"] = XapiTimestamp.Format(instant);
        return new CaliperStatement(id, type, action, statement, verb is not null);
    }

    /// <summary>An entity that is described is nobody's doing: the sensor says it, or the person says it of herself, so that her erasure reaches it.</summary>
    private static Result<CaliperStatement> OfEntity(JsonElement item, string type, string sensor)
    {
        if (CaliperEntity.Of(item) is not { } entity) return Invalid("An entity must be named by an IRI.", "/id");
        var by = entity.IsPerson ? entity : CaliperEntity.Of(JsonSerializer.SerializeToElement(sensor))!.Value;
        var id = DeterministicId.From(Namespace, $"{sensor}\n{item.GetRawText()}");
        var statement = new JsonObject
        {
            ["id"] = id.ToString("D"),
            ["actor"] = by.ToAgent(),
            ["verb"] = new JsonObject { ["id"] = Described, ["display"] = new JsonObject { ["en"] = "described" } },
            ["object"] = entity.ToActivity(),
            ["context"] = Context(item, entity, isMapped: false),
        };
        return new CaliperStatement(id, type, "", statement, IsMapped: false);
    }

    private static JsonObject ObjectOf(string type, CaliperEntity target)
    {
        if (target.IsPerson)
        {
            var agent = target.ToAgent();
            agent["objectType"] = "Agent";
            return agent;
        }
        // What is graded is an attempt; what the score is of is the thing attempted.
        return (type == "GradeEvent" && target.At("assignable") is { } assignable ? assignable : target).ToActivity();
    }

    private static JsonObject Context(JsonElement item, CaliperEntity target, bool isMapped)
    {
        var activities = new JsonObject();
        if (!isMapped) activities["category"] = new JsonArray(new JsonObject { ["id"] = Unmapped });
        if (target.At("isPartOf") is { IsPerson: false } parent) activities["parent"] = new JsonArray(parent.ToActivity());
        if (CaliperEntity.At(item, "group") is { } group) activities["grouping"] = new JsonArray(group.ToActivity());
        if (CaliperEntity.At(item, "target") is { IsPerson: false } place) activities["other"] = new JsonArray(place.ToActivity());
        var context = new JsonObject();
        if (!target.IsPerson && CaliperEntity.At(item, "edApp") is { } app) context["platform"] = app.Text("name") ?? app.Id;
        if (activities.Count > 0) context["contextActivities"] = activities;
        context["extensions"] = new JsonObject { [Original] = JsonNode.Parse(item.GetRawText()) };
        return context;
    }

    private static Guid? EventId(JsonElement item)
        => Text(item, "id") is { } id && id.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase) && Uuid.TryParse(id["urn:uuid:".Length..], out var uuid) ? uuid : null;

    /// <summary>The term, or the term of the action's IRI.</summary>
    private static string? ActionOf(JsonElement item)
    {
        string? action = Text(item, "action");
        if (action?.StartsWith(CaliperVerbs.Actions, StringComparison.Ordinal) == true) action = action[CaliperVerbs.Actions.Length..];
        return action is { Length: > 0 } && action.All(char.IsAsciiLetterOrDigit) ? action : null;
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static Rejection Invalid(string message, string place) => Rejection.Invalid("caliper-item-invalid", message, "Correct the item at this place, by Caliper 1.2.", place);
}
