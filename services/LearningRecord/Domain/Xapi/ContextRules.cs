using System.Text.Json;
using Pathways.Kernel;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Contexts (xAPI 2.0, section 4.2.2.5; 1.0.3, Data 2.4.6). <c>contextAgents</c> and <c>contextGroups</c> came with 2.0.</summary>
internal static class ContextRules
{
    public static Rejection? Context(JsonElement value, XapiVersion version, bool aboutActivity) => Members(value, member => member.Name switch
    {
        "registration" => In("registration", Uuid(member.Value)),
        "instructor" => In("instructor", ActorRules.Actor(member.Value)),
        "team" => In("team", ActorRules.Group(member.Value)),
        "contextActivities" => In(member.Name, ContextActivities(member.Value)),
        "contextAgents" when version == XapiVersion.V200 => In(member.Name, Each(member.Value, item => Related(item, "contextAgent", "agent", ActorRules.Agent))),
        "contextGroups" when version == XapiVersion.V200 => In(member.Name, Each(member.Value, item => Related(item, "contextGroup", "group", ActorRules.Group))),
        "revision" or "platform" => In(member.Name, aboutActivity ? String(member.Value) : Broken("may be given only where the object is an activity")),
        "language" => In("language", Language(member.Value)),
        "statement" => In("statement", ObjectRules.StatementRef(member.Value)),
        "extensions" => In("extensions", Extensions(member.Value)),
        _ => Unknown(member.Name),
    });

    private static Rejection? ContextActivities(JsonElement value) => Members(value, member => member.Name switch
    {
        "parent" or "grouping" or "category" or "other" => In(member.Name, member.Value.ValueKind == JsonValueKind.Array
            ? Each(member.Value, ActivityRules.Activity)
            : ActivityRules.Activity(member.Value)),
        _ => Unknown(member.Name),
    });

    private static Rejection? Related(JsonElement value, string type, string who, Func<JsonElement, Rejection?> rule) => Members(value, member => member.Name switch
    {
        "objectType" => In("objectType", OneOf(member.Value, type)),
        "relevantTypes" => In("relevantTypes", Each(member.Value, Rule.Iri) ?? (member.Value.GetArrayLength() > 0 ? null : Broken("must not be empty"))),
        _ when member.Name == who => In(who, rule(member.Value)),
        _ => Unknown(member.Name),
    }) ?? Required(value, "objectType") ?? Required(value, who);
}
