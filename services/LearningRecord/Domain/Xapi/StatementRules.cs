using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Attesting;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>The statement itself (xAPI 2.0, section 4.2.2; 1.0.3, Data 2.4).</summary>
public static class StatementRules
{
    public const string VoidedVerb = "http://adlnet.gov/expapi/verbs/voided";

    /// <summary>Null when every rule holds; otherwise the first breach, its <see cref="Rejection.Place"/> a JSON Pointer within the statement.</summary>
    /// <param name="attests">Only of what is attested here, by who may: everybody else's must not look like it.</param>
    public static Rejection? Check(JsonElement statement, XapiVersion version, bool attests = false) => Object(statement) ?? Complete(statement) ?? Members(statement, member => member.Name switch
    {
        "id" => In("id", Uuid(member.Value)),
        "stored" => In("stored", Timestamp(member.Value)),
        "authority" => In("authority", ActorRules.Authority(member.Value)),
        "version" => In("version", Version(member.Value, version)),
        "attachments" => In("attachments", AttachmentRules.Attachments(member.Value)),
        _ => Shared(member, statement, version, nested: false),
    }) ?? Voiding(statement) ?? (attests ? null : AttestedStatement.Reserved(statement));

    /// <summary>A breach of a rule about what is around statements: the body, the list, the address.</summary>
    public static Rejection Breach(string rule, string place = "") => Broken(rule) with { Place = place };

    /// <summary>An agent or a group by itself, as parameters hold it.</summary>
    public static Rejection? CheckActor(JsonElement actor) => ActorRules.Actor(actor);

    internal static Rejection? SubStatement(JsonElement value, XapiVersion version) => Complete(value) ?? Members(value, member => member.Name switch
    {
        "objectType" => null,
        "attachments" => In("attachments", AttachmentRules.Attachments(member.Value)),
        "id" or "stored" or "authority" or "version" => In(member.Name, Broken("must not stand in a sub-statement")),
        _ => Shared(member, value, version, nested: true),
    });

    private static Rejection? Shared(JsonProperty member, JsonElement statement, XapiVersion version, bool nested) => member.Name switch
    {
        "actor" => In("actor", ActorRules.Actor(member.Value)),
        "verb" => In("verb", Verb(member.Value)),
        "object" => In("object", ObjectRules.Object(member.Value, version, nested)),
        "result" => In("result", ResultRules.Result(member.Value)),
        "context" => In("context", ContextRules.Context(member.Value, version, AboutActivity(statement))),
        "timestamp" => In("timestamp", Timestamp(member.Value)),
        _ => Unknown(member.Name),
    };

    private static Rejection? Verb(JsonElement value) => Members(value, member => member.Name switch
    {
        "id" => In("id", Iri(member.Value)),
        "display" => In("display", LanguageMap(member.Value)),
        _ => Unknown(member.Name),
    }) ?? Required(value, "id");

    private static Rejection? Complete(JsonElement statement)
        => Required(statement, "actor") ?? Required(statement, "verb") ?? Required(statement, "object");

    /// <summary>The verb "voided" speaks of another statement, and of nothing else.</summary>
    private static Rejection? Voiding(JsonElement statement)
        => statement.GetProperty("verb").GetProperty("id").ValueEquals(VoidedVerb) && ActorRules.TypeOf(statement.GetProperty("object")) != "StatementRef"
            ? In("object", Broken("a voiding statement must have a StatementRef as its object"))
            : null;

    private static Rejection? Version(JsonElement value, XapiVersion version)
    {
        if (String(value) is { } breach) return breach;
        return XapiVersions.Parse(value.GetString()) is { } stated && stated <= version
            ? null
            : Broken(version == XapiVersion.V200 ? "must be 2.0.x or 1.0.x" : "must be 1.0.x");
    }

    private static bool AboutActivity(JsonElement statement)
        => statement.TryGetProperty("object", out var value) && value.ValueKind == JsonValueKind.Object && ObjectRules.IsActivity(value);
}
