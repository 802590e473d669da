using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// The inverse functional identifier of an agent or identified group in its one canonical form. It is personal data:
/// what is stored or published is only its keyed hash.
/// </summary>
/// <param name="Canonical">
/// <c>mbox_sha1sum:&lt;hex&gt;</c> for an address and for its hash alike, as they identify the same agent; <c>openid:&lt;iri&gt;</c>;
/// <c>account:&lt;home page&gt; &lt;name&gt;</c> (no IRI holds a space).
/// </param>
public sealed record Identity(string Canonical)
{
    /// <summary>Of a valid agent or group; null for an anonymous group.</summary>
    public static Identity? Of(JsonElement actor)
    {
        if (actor.TryGetProperty("mbox", out var mbox)) return new Identity("mbox_sha1sum:" + Sha1Of(mbox.GetString()!));
        if (actor.TryGetProperty("mbox_sha1sum", out var hash)) return new Identity("mbox_sha1sum:" + hash.GetString()!.ToLowerInvariant());
        if (actor.TryGetProperty("openid", out var openid)) return new Identity("openid:" + openid.GetString());
        return actor.TryGetProperty("account", out var account)
            ? new Identity($"account:{account.GetProperty("homePage").GetString()} {account.GetProperty("name").GetString()}")
            : null;
    }

    private static string Sha1Of(string mailbox)
    {
#pragma warning disable CA5350 // xAPI prescribes SHA-1 for mbox_sha1sum; the result is hashed again under a key before it is kept.
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(mailbox)));
#pragma warning restore CA5350
    }
}
