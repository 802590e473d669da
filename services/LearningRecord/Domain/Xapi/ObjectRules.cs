using System.Text.Json;
using Pathways.Kernel;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>What a statement is about: an activity, an agent, a group, another statement, or one told within (xAPI 2.0, section 4.2.2.3).</summary>
internal static class ObjectRules
{
    public static Rejection? Object(JsonElement value, XapiVersion version, bool nested)
    {
        if (Rule.Object(value) is { } breach) return breach;
        if (!value.TryGetProperty("objectType", out var type)) return ActivityRules.Activity(value);
        return In("objectType", String(type)) ?? type.GetString() switch
        {
            "Activity" => ActivityRules.Activity(value),
            "Agent" => ActorRules.Agent(value),
            "Group" => ActorRules.Group(value),
            "StatementRef" => StatementRef(value),
            "SubStatement" when !nested => StatementRules.SubStatement(value, version),
            "SubStatement" => Broken("a sub-statement must not hold another"),
            _ => In("objectType", Broken("must be Activity, Agent, Group, StatementRef or SubStatement, in this case of letters")),
        };
    }

    public static Rejection? StatementRef(JsonElement value) => Members(value, member => member.Name switch
    {
        "objectType" => In("objectType", OneOf(member.Value, "StatementRef")),
        "id" => In("id", Uuid(member.Value)),
        _ => Unknown(member.Name),
    }) ?? Required(value, "objectType") ?? Required(value, "id");

    public static bool IsActivity(JsonElement value) => ActorRules.TypeOf(value) is null or "Activity";
}
