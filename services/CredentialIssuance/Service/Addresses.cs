using System.Globalization;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance;

/// <summary>The public addresses of what this service issues. They stand in signed documents, so they never change.</summary>
public sealed class Addresses(IConfiguration configuration)
{
    private readonly string _origin = (configuration["Pathways:PublicOrigin"] ?? "http://127.0.0.1:8080").TrimEnd('/');

    public string Did(string tenant) => DidWeb.FromUrl(new Uri($"{_origin}/issuers/{tenant}"));

    /// <summary>Stable over all versions.</summary>
    public string Achievement(string tenant, string achievementId) => $"{_origin}/issuers/{tenant}/achievements/{achievementId}";

    /// <summary>
    /// Each version has an id of its own: in one graph, nodes with the same id merge, and the texts of two versions
    /// could be swapped without breaking a signature.
    /// </summary>
    public string AchievementVersion(string tenant, string achievementId, int version) => $"{Achievement(tenant, achievementId)}/v/{version}";

    public string AchievementImage(string tenant, string achievementId, int version) => $"{AchievementVersion(tenant, achievementId, version)}/image";

    public string StatusList(string tenant, string purpose, int list) => $"{_origin}/issuers/{tenant}/status/{purpose}/{list}";

    /// <summary>Null for an address that is not one of ours.</summary>
    public (string Tenant, string Purpose, int List)? ParseStatusList(string url)
    {
        string prefix = $"{_origin}/issuers/";
        return url.StartsWith(prefix, StringComparison.Ordinal) && url[prefix.Length..].Split('/') is [var tenant, "status", var purpose, var text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int list)
            ? (tenant, purpose, list)
            : null;
    }

    /// <summary>The learner record of a stacked credential.</summary>
    public string LearnerRecord(string tenant, Guid credentialId) => $"{Credential(tenant, credentialId)}/clr";

    public string Credential(string tenant, Guid id) => $"{_origin}/credentials/{tenant}/{id}";

    /// <summary>Null for an id that is not one of ours.</summary>
    public (string Tenant, Guid Id)? ParseCredential(string? iri)
    {
        string prefix = $"{_origin}/credentials/";
        return iri?.StartsWith(prefix, StringComparison.Ordinal) == true
            && iri[prefix.Length..].Split('/') is [var tenant, var text] && Guid.TryParse(text, out var id)
            ? (tenant, id)
            : null;
    }

    /// <summary>From <c>did:web:…:issuers:{tenant}#{key}</c> or <c>…/issuers/{tenant}/keys/{key}</c>; null for a key that is not one of ours.</summary>
    public (string Tenant, string KeyId)? ParseKey(string id)
    {
        string dids = Did("");
        string urls = $"{_origin}/issuers/";
        string[] parts = id.StartsWith(dids, StringComparison.Ordinal)
            ? id[dids.Length..].Split('#')
            : id.StartsWith(urls, StringComparison.Ordinal) ? id[urls.Length..].Split("/keys/") : [];
        return parts is [var tenant, var keyId] ? (tenant.TrimStart(':'), keyId) : null;
    }

    /// <summary>A pseudonym: whoever holds the credential shows by other means that it is theirs.</summary>
    public static string Learner(string tenant, string learnerId) => $"urn:pathways:{tenant}:{Uri.EscapeDataString(learnerId)}";
}
