using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Signing;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.LearnerRecords;

/// <summary>
/// The unsigned record: CLR 2.0 <c>ClrCredential</c>, with the stacked credential and its parts as they were signed, and an
/// association from each part's achievement to the one they add up to.
/// </summary>
internal static class LearnerRecordDocument
{
    private static readonly string[] Contexts =
    [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/clr/v2p0/context-2.0.1.json",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ];

    public static JsonObject Write(
        string tenant, CredentialIssued stacked, IReadOnlyList<CredentialIssued> parts, Issuer issuer, StatusEntry status,
        DateTimeOffset validFrom, Addresses addresses)
    {
        JsonObject[] documents = [.. parts.Prepend(stacked).Select(credential => StrictJson.ParseObject(credential.Document))];
        string whole = AchievementOf(documents[0]);
        var associations = documents.Skip(1).Select(AchievementOf).Distinct(StringComparer.Ordinal).Select(part => (JsonNode)new JsonObject
        {
            ["type"] = "Association", ["associationType"] = "isPartOf", ["sourceId"] = part, ["targetId"] = whole,
        });

        var record = new JsonObject
        {
            ["@context"] = new JsonArray([.. Contexts.Select(context => (JsonNode)context)]),
            ["id"] = addresses.LearnerRecord(tenant, stacked.CredentialId),
            ["type"] = new JsonArray("VerifiableCredential", "ClrCredential"),
            ["name"] = $"{stacked.AchievementName}, with its parts",
            ["issuer"] = CredentialDocument.Profile(issuer),
            ["validFrom"] = Timestamp.Write(validFrom),
        };
        if (stacked.ValidUntil is { } until) record["validUntil"] = Timestamp.Write(until);
        record["credentialSubject"] = new JsonObject
        {
            ["id"] = Addresses.Learner(tenant, stacked.LearnerId),
            ["type"] = new JsonArray("ClrSubject"),
            ["verifiableCredential"] = new JsonArray([.. documents]),
            ["association"] = new JsonArray([.. associations]),
        };
        record["credentialStatus"] = CredentialDocument.Status(tenant, status, addresses);
        return record;
    }

    private static string AchievementOf(JsonObject credential)
        => credential["credentialSubject"]!["achievement"]!["id"]!.GetValue<string>();
}
