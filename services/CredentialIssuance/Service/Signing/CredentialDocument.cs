using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Signing;

/// <summary>The unsigned credential: Open Badges 3.0 <c>AchievementCredential</c> on Verifiable Credentials 2.0.</summary>
public static class CredentialDocument
{
    public static readonly IReadOnlyList<string> Contexts =
        ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"];

    public static JsonObject Write(string tenant, AchievementAwarded award, AchievementDefinition definition, Issuer issuer, StatusEntry status, Addresses addresses)
    {
        var document = new JsonObject
        {
            ["@context"] = new JsonArray([.. Contexts.Select(context => (JsonNode)context)]),
            ["id"] = addresses.Credential(tenant, award.CredentialId),
            ["type"] = new JsonArray("VerifiableCredential", "OpenBadgeCredential"),
            ["name"] = definition.Name,
            ["issuer"] = Profile(issuer),
            ["validFrom"] = Timestamp.Write(award.ValidFrom),
            ["awardedDate"] = Timestamp.Write(award.OccurredAt),
            ["credentialSubject"] = Subject(tenant, award, definition, addresses),
        };
        if (award.ValidUntil is { } until) document["validUntil"] = Timestamp.Write(until);
        document["credentialStatus"] = Status(tenant, status, addresses);
        if (Evidence(award.Basis) is { Count: > 0 } evidence) document["evidence"] = new JsonArray([.. evidence]);
        return document;
    }

    public static JsonObject Status(string tenant, StatusEntry status, Addresses addresses)
        => StatusListCredential.WriteEntry(addresses.StatusList(tenant, status.Purpose, status.List), status.Index, status.Purpose);

    /// <summary>The issuer as Open Badges 3.0 <c>Profile</c>.</summary>
    public static JsonObject Profile(Issuer issuer)
    {
        var profile = new JsonObject { ["id"] = issuer.Did, ["type"] = new JsonArray("Profile"), ["name"] = issuer.Profile!.Name };
        if (issuer.Profile.Url is { } url) profile["url"] = url;
        if (issuer.Profile.Description is { } description) profile["description"] = description;
        if (issuer.Profile.Address is { } address)
        {
            // With an id: in a learner record the parts share one graph, and nameless look-alikes are dear to tell apart.
            var node = new JsonObject { ["id"] = issuer.Did + "#address", ["type"] = new JsonArray("Address") };
            if (address.CountryCode is { } code) node["addressCountryCode"] = code;
            if (address.Country is { } country) node["addressCountry"] = country;
            if (address.Region is { } region) node["addressRegion"] = region;
            if (address.Locality is { } locality) node["addressLocality"] = locality;
            profile["address"] = node;
        }

        return profile;
    }

    private static JsonObject Subject(string tenant, AchievementAwarded award, AchievementDefinition definition, Addresses addresses)
    {
        var achievement = AchievementDocument.Write(tenant, award.AchievementId, award.AchievementVersion, definition, addresses);
        var subject = new JsonObject
        {
            ["id"] = Addresses.Learner(tenant, award.LearnerId),
            ["type"] = new JsonArray("AchievementSubject"),
            ["achievement"] = achievement,
        };
        if (definition.Credit is { } credit) subject["creditsEarned"] = AchievementDocument.Plain(credit.Amount);
        if (award.Basis.ScaledScore is { } score)
        {
            var result = new JsonObject
            {
                ["id"] = addresses.Credential(tenant, award.CredentialId) + "#result",
                ["type"] = new JsonArray("Result"),
                ["value"] = AchievementDocument.Plain(score).ToString(),
            };
            if (definition.Rule?.MinScaledScore is not null)
                result["resultDescription"] = AchievementDocument.ResultDescriptionId(achievement["id"]!.GetValue<string>());
            subject["result"] = new JsonArray(result);
        }

        return subject;
    }

    /// <summary>For a stacked credential the parts it is made of, each with the component it is used for; else the record.</summary>
    private static List<JsonNode> Evidence(AwardBasis basis)
    {
        if (basis.Parts is { Count: > 0 } parts)
        {
            return [.. parts.Select(part => (JsonNode)new JsonObject
            {
                ["id"] = Iri(part.EvidenceId),
                ["type"] = new JsonArray("Evidence"),
                ["name"] = "Part of the stack",
                ["narrative"] = $"Counts for {part.ComponentId}",
                ["genre"] = "Credential",
            })];
        }

        return basis.RecordId is { } record
            ? [new JsonObject { ["id"] = Iri(record), ["type"] = new JsonArray("Evidence"), ["name"] = "Learning record", ["narrative"] = $"{basis.Outcome}: {basis.ActivityId}" }]
            : [];
    }

    /// <summary>An id in a credential is a URL; a bare UUID becomes one.</summary>
    private static string Iri(string id)
        => Guid.TryParse(id, out var uuid) ? $"urn:uuid:{uuid}" : Uri.IsWellFormedUriString(id, UriKind.Absolute) ? id : $"urn:pathways:{Uri.EscapeDataString(id)}";
}
