using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>What an entry of a status list says when its bit is set.</summary>
public static class StatusPurpose
{
    /// <summary>For good. The only purpose that 1EdTech's validator acts on.</summary>
    public const string Revocation = "revocation";

    /// <summary>Until it is lifted.</summary>
    public const string Suspension = "suspension";
}

/// <summary>The documents of Bitstring Status List 1.0: the entry in a credential (2.1) and the list, a credential itself (2.2).</summary>
public static class StatusListCredential
{
    /// <summary>One entry per credential: Open Badges 3.0 allows no second.</summary>
    public static JsonObject WriteEntry(string listUrl, int index, string purpose = StatusPurpose.Revocation) => new()
    {
        ["id"] = $"{listUrl}#{index}",
        ["type"] = "BitstringStatusListEntry",
        ["statusPurpose"] = purpose,
        ["statusListIndex"] = index.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["statusListCredential"] = listUrl,
    };

    /// <summary>The list, to be signed.</summary>
    /// <param name="url">Where it is published; its id.</param>
    /// <param name="validUntil">Readers must not rely on it beyond this: sign it again in time.</param>
    /// <param name="timeToLive">How long readers may keep it before they look again.</param>
    public static JsonObject Write(
        string url, string issuer, string purpose, StatusList list, DateTimeOffset validFrom, DateTimeOffset validUntil, TimeSpan? timeToLive = null)
    {
        var subject = new JsonObject
        {
            ["id"] = url + "#list",
            ["type"] = "BitstringStatusList",
            ["statusPurpose"] = purpose,
            ["encodedList"] = list.Encode(),
        };
        if (timeToLive is { } time)
            subject["ttl"] = (long)time.TotalMilliseconds;
        return new JsonObject
        {
            ["@context"] = new JsonArray("https://www.w3.org/ns/credentials/v2"),
            ["id"] = url,
            ["type"] = new JsonArray("VerifiableCredential", "BitstringStatusListCredential"),
            ["issuer"] = issuer,
            ["validFrom"] = Timestamp.Write(validFrom),
            ["validUntil"] = Timestamp.Write(validUntil),
            ["credentialSubject"] = subject,
        };
    }

    /// <summary>Until when a list that was fetched at this time may be kept: the earlier of its validity and its time to live.</summary>
    public static DateTimeOffset FreshUntil(JsonObject listCredential, DateTimeOffset fetchedAt)
    {
        const long FiveMinutes = 300_000;
        var ttl = listCredential["credentialSubject"]?["ttl"] is JsonValue value && value.TryGetValue(out long milliseconds) && milliseconds >= 0
            ? milliseconds
            : FiveMinutes;
        var kept = fetchedAt.AddMilliseconds(Math.Min(ttl, TimeSpan.FromDays(1).TotalMilliseconds));
        var valid = listCredential["validUntil"] is JsonValue text && text.TryGetValue(out string? until) && Timestamp.TryRead(until, out var time)
            ? time
            : DateTimeOffset.MaxValue;
        return valid < kept ? valid : kept;
    }
}
