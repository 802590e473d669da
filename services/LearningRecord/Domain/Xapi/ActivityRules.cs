using System.Text.Json;
using Pathways.Kernel;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Activities and their definitions (xAPI 2.0, section 4.2.2.3; 1.0.3, Data 2.4.4.1).</summary>
internal static class ActivityRules
{
    private static readonly string[] InteractionTypes =
    [
        "true-false", "choice", "fill-in", "long-fill-in", "matching", "performance", "sequencing", "likert", "numeric", "other",
    ];

    public static Rejection? Activity(JsonElement value) => Members(value, member => member.Name switch
    {
        "objectType" => In("objectType", OneOf(member.Value, "Activity")),
        "id" => In("id", Iri(member.Value)),
        "definition" => In("definition", Definition(member.Value)),
        _ => Unknown(member.Name),
    }) ?? Required(value, "id");

    public static Rejection? Definition(JsonElement value)
    {
        string? interaction = null;
        bool interactive = false;
        return Members(value, member => member.Name switch
        {
            "name" or "description" => In(member.Name, LanguageMap(member.Value)),
            "type" or "moreInfo" => In(member.Name, Iri(member.Value)),
            "extensions" => In("extensions", Extensions(member.Value)),
            "interactionType" => In("interactionType", InteractionType(member.Value, out interaction)),
            "correctResponsesPattern" => In(member.Name, InteractionPart(Each(member.Value, String), out interactive)),
            "choices" or "scale" or "source" or "target" or "steps" => In(member.Name, InteractionPart(Components(member.Value), out interactive)),
            _ => Unknown(member.Name),
        }) ?? (interactive || interaction is not null ? Interaction(value, interaction) : null);
    }

    private static Rejection? InteractionType(JsonElement value, out string? interaction)
    {
        interaction = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return OneOf(value, InteractionTypes);
    }

    private static Rejection? InteractionPart(Rejection? breach, out bool interactive)
    {
        interactive = true;
        return breach;
    }

    private static Rejection? Interaction(JsonElement definition, string? interaction)
    {
        if (interaction is null) return In("interactionType", Broken("is required where the parts of an interaction are given"));
        foreach (var member in definition.EnumerateObject())
        {
            string[]? owners = member.Name switch
            {
                "choices" => ["choice", "sequencing"],
                "scale" => ["likert"],
                "source" or "target" => ["matching"],
                "steps" => ["performance"],
                _ => null,
            };
            if (owners is not null && !owners.Contains(interaction))
                return In(member.Name, Broken($"belongs to {string.Join(" and ", owners)}, not to an interaction of type '{interaction}'"));
        }
        return null;
    }

    private static Rejection? Components(JsonElement value)
    {
        HashSet<string> ids = [];
        return Each(value, component => Members(component, member => member.Name switch
        {
            "id" => In("id", String(member.Value) ?? (ids.Add(member.Value.GetString()!) ? null : Broken("must be unique within its list"))),
            "description" => In("description", LanguageMap(member.Value)),
            _ => Unknown(member.Name),
        }) ?? Required(component, "id"));
    }
}
