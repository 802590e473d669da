using System.Text.Json;
using Pathways.Kernel;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Agents and groups (xAPI 2.0, section 4.2.2.1; 1.0.3, Data 2.4.2).</summary>
internal static class ActorRules
{
    public static Rejection? Actor(JsonElement value) => Object(value) ?? (TypeOf(value) == "Group" ? Group(value) : Agent(value));

    public static Rejection? Agent(JsonElement value)
    {
        int identifiers = 0;
        return Members(value, member => member.Name switch
        {
            "objectType" => In("objectType", OneOf(member.Value, "Agent")),
            "name" => In("name", String(member.Value)),
            _ => Identifier(member, ref identifiers),
        }) ?? (identifiers == 1 ? null : Broken(OneIdentifier));
    }

    /// <summary>Identified groups have exactly one identifier and may list members; anonymous ones must list them.</summary>
    public static Rejection? Group(JsonElement value)
    {
        int identifiers = 0;
        return Object(value)
            ?? Required(value, "objectType")
            ?? Members(value, member => member.Name switch
            {
                "objectType" => In("objectType", OneOf(member.Value, "Group")),
                "name" => In("name", String(member.Value)),
                "member" => In("member", Each(member.Value, Agent)),
                _ => Identifier(member, ref identifiers),
            })
            ?? identifiers switch
            {
                0 when !HasMembers(value) => In("member", Broken("a group without an identifier must list its members")),
                > 1 => Broken(OneIdentifier),
                _ => null,
            };
    }

    /// <summary>An agent, or the two members of 3-legged OAuth: an anonymous group of the application and the person.</summary>
    public static Rejection? Authority(JsonElement value)
    {
        if (Actor(value) is { } breach) return breach;
        if (TypeOf(value) != "Group") return null;
        if (Identity.Of(value) is not null) return Broken("an authority that is a group must not be identified");
        return value.GetProperty("member").GetArrayLength() == 2 ? null : In("member", Broken("an authority that is a group has exactly two members"));
    }

    internal static string? TypeOf(JsonElement value)
        => value.TryGetProperty("objectType", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString() : null;

    private const string OneIdentifier = "must have exactly one of mbox, mbox_sha1sum, openid and account";

    private static bool HasMembers(JsonElement value) => value.TryGetProperty("member", out var members) && members.GetArrayLength() > 0;

    private static Rejection? Identifier(JsonProperty member, ref int count)
    {
        count++;
        return member.Name switch
        {
            "mbox" => In("mbox", Mailbox(member.Value)),
            "mbox_sha1sum" => In("mbox_sha1sum", Hex(member.Value, "must be the SHA-1 of a mailto IRI, 40 hexadecimal digits", 40)),
            "openid" => In("openid", Iri(member.Value)),
            "account" => In("account", Account(member.Value)),
            _ => Unknown(member.Name),
        };
    }

    private static Rejection? Account(JsonElement value) => Members(value, member => member.Name switch
    {
        "homePage" => In("homePage", Iri(member.Value)),
        "name" => In("name", String(member.Value)),
        _ => Unknown(member.Name),
    }) ?? Required(value, "homePage") ?? Required(value, "name");
}
