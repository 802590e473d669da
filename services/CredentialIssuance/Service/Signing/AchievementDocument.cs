using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain.Achievements;

namespace Pathways.CredentialIssuance.Signing;

/// <summary>A version of an achievement as Open Badges 3.0 <c>Achievement</c>.</summary>
public static class AchievementDocument
{
    /// <summary>CTDL's concept schemes behind the prefixes that definitions use.</summary>
    private static readonly Dictionary<string, string> ConceptSchemes = new(StringComparer.Ordinal)
    {
        ["creditUnit"] = "https://purl.org/ctdl/vocabs/creditUnit/",
        ["audLevel"] = "https://purl.org/ctdl/vocabs/audLevel/",
    };

    public static JsonObject Write(string tenant, string achievementId, int version, AchievementDefinition definition, Addresses addresses)
    {
        string id = addresses.AchievementVersion(tenant, achievementId, version);
        var document = new JsonObject
        {
            ["id"] = id,
            ["type"] = new JsonArray("Achievement"),
            ["name"] = definition.Name,
            ["description"] = definition.Description,
            ["criteria"] = new JsonObject { ["narrative"] = definition.Criteria },
            ["image"] = new JsonObject
            {
                ["id"] = addresses.AchievementImage(tenant, achievementId, version), ["type"] = "Image", ["caption"] = definition.Name,
            },
            ["achievementType"] = definition.AchievementType,
            ["version"] = version.ToString(),
            ["related"] = new JsonArray(new JsonObject { ["id"] = addresses.Achievement(tenant, achievementId), ["type"] = new JsonArray("Related") }),
        };
        if (definition.Language is { } language) document["inLanguage"] = language;
        if (definition.Credit is { } credit) document["creditsAvailable"] = Plain(credit.Amount);
        if (definition.Identifiers is { Count: > 0 } identifiers) document["otherIdentifier"] = new JsonArray([.. identifiers.Select(Identifier)]);
        if (Alignments(definition) is { Count: > 0 } alignments) document["alignment"] = new JsonArray([.. alignments]);
        if (definition.Rule?.MinScaledScore is { } least) document["resultDescription"] = new JsonArray(ScaledScore(id, least));
        return document;
    }

    public static string ResultDescriptionId(string achievementVersionId) => $"{achievementVersionId}#scaled-score";

    /// <summary>3 and not 3.0: one value, one text, and so one signature.</summary>
    public static decimal Plain(decimal number) => number / 1.0000000000000000000000000000m;

    private static JsonObject ScaledScore(string achievementVersionId, decimal least) => new()
    {
        ["id"] = ResultDescriptionId(achievementVersionId),
        ["type"] = new JsonArray("ResultDescription"),
        ["name"] = "Scaled score",
        ["resultType"] = "ScaledScore",
        ["requiredValue"] = Plain(least).ToString(),
        ["valueMin"] = "-1",
        ["valueMax"] = "1",
    };

    private static JsonNode Identifier(string identifier) => new JsonObject
    {
        ["type"] = "IdentifierEntry",
        ["identifier"] = identifier,
        ["identifierType"] = identifier.StartsWith("ce-", StringComparison.Ordinal) ? "ext:ctid" : "identifier",
    };

    /// <summary>Open Badges has no field for the unit of credit or the level; alignments carry them, where wallets show them.</summary>
    private static List<JsonNode> Alignments(AchievementDefinition definition)
    {
        var alignments = (definition.Alignments ?? []).Select(alignment =>
        {
            var node = new JsonObject
            {
                ["type"] = new JsonArray("Alignment"),
                ["targetName"] = alignment.TargetName,
                ["targetUrl"] = alignment.TargetUrl,
            };
            if (alignment.TargetCode is { } code) node["targetCode"] = code;
            if (alignment.TargetFramework is { } framework) node["targetFramework"] = framework;
            if (alignment.TargetType is { } type) node["targetType"] = type;
            if (alignment.TargetDescription is { } description) node["targetDescription"] = description;
            return (JsonNode)node;
        }).ToList();
        if (Concept(definition.Credit?.Unit, "ext:CreditUnit") is { } unit) alignments.Add(unit);
        if (Concept(definition.Level, "ext:Level") is { } level) alignments.Add(level);
        return alignments;
    }

    /// <summary>Only what has an IRI: an alignment without a target says nothing.</summary>
    private static JsonObject? Concept(string? concept, string targetType)
    {
        if (concept is null) return null;
        string url = concept;
        int colon = concept.IndexOf(':');
        if (colon > 0 && ConceptSchemes.TryGetValue(concept[..colon], out string? scheme)) url = scheme + concept[(colon + 1)..];
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? new JsonObject { ["type"] = new JsonArray("Alignment"), ["targetName"] = concept, ["targetUrl"] = url, ["targetType"] = targetType }
            : null;
    }
}
