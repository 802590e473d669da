using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>
/// Open Badges 2.0 (and 2.1, its same assertions): an assertion that stands on its issuer's site and is compared with what stands
/// there, or one that is signed as a token, with a key that the issuer's profile names.
/// </summary>
internal sealed class OpenBadge2Verification(IDocumentSource documents, VerificationOptions options, CancellationToken cancellation)
{
    private const string AskIssuer = "Ask the issuer; its site may be down, or the badge withdrawn.";
    private const string DoNotRely = "Do not rely on it: ask the holder or the issuer for the badge as it was issued.";

    private readonly List<Check> checks = [];

    public static bool Applies(JsonElement document)
        => document.Member("@context").AsArray().Any(context => context.ValueKind == JsonValueKind.String
                && context.GetString()!.StartsWith("https://w3id.org/openbadges/", StringComparison.Ordinal))
            && CredentialModel.Types(document).Contains("Assertion", StringComparer.Ordinal);

    /// <summary>Text that is not JSON: the address of a hosted assertion, or a signed one. Null when it is neither.</summary>
    public async Task<CredentialVerification?> TryVerifyAsync(string text)
    {
        if (text.StartsWith("https://", StringComparison.Ordinal) || text.StartsWith("http://", StringComparison.Ordinal))
        {
            if (await FetchAsync("hosted-document", text) is not { } hosted)
                return Verdict("ob2-hosted", assertion: null);
            using (hosted)
                return await VerifyHostedAsync(hosted.RootElement, fetchedFrom: text);
        }
        if (text.Count(character => character == '.') != 2)
            return null;
        var jws = CompactJws.Read(text);
        using var payload = StrictJson.Parse(jws.Payload);
        return Applies(payload.RootElement) ? await VerifySignedAsync(jws, payload.RootElement) : null;
    }

    /// <param name="fetchedFrom">Where the assertion was read, when it came from its site in the first place.</param>
    public async Task<CredentialVerification> VerifyHostedAsync(JsonElement assertion, string? fetchedFrom = null)
    {
        CheckAssertion(assertion);
        var id = assertion.Text("id") ?? "";
        using var hosted = fetchedFrom == id ? null : await FetchAsync("hosted-document", id);
        var current = fetchedFrom == id ? assertion : hosted?.RootElement;
        if (current is { } there)
        {
            if (JsonElement.DeepEquals(there, assertion))
                Pass("hosted-document", $"{id} says the same");
            else
                Fail("hosted-document", $"At {id} stands something else than what was given.", DoNotRely);
            CheckRevokedMember(there);
        }
        using var badge = await FollowAsync("badge-class", (current ?? assertion).Member("badge"), "BadgeClass", ["name", "description", "criteria", "issuer"]);
        using var issuer = await FollowAsync("issuer", AddressOf(badge?.RootElement.Member("issuer")), "", ["id", "name"]);
        if (issuer is not null)
            CheckAddress(id, issuer.RootElement);
        return Verdict("ob2-hosted", assertion);
    }

    private async Task<CredentialVerification> VerifySignedAsync(CompactJws jws, JsonElement assertion)
    {
        CheckAssertion(assertion);
        using var badge = await FollowAsync("badge-class", assertion.Member("badge"), "BadgeClass", ["name", "description", "criteria", "issuer"]);
        using var issuer = await FollowAsync("issuer", AddressOf(badge?.RootElement.Member("issuer")), "", ["id", "name"]);
        if (issuer is not null)
        {
            await CheckSignatureAsync(jws, assertion, issuer.RootElement);
            await CheckRevocationListAsync(assertion, issuer.RootElement);
        }
        return Verdict("ob2-signed", assertion);
    }

    private void CheckAssertion(JsonElement assertion)
    {
        var missing = new[] { "id", "recipient", "badge", "issuedOn" }.Where(member => assertion.Member(member) is null).ToList();
        if (assertion.Member("verification") is null && assertion.Member("verify") is null)
            missing.Add("verification");
        if (missing.Count == 0)
            Pass("ob2-assertion", "an assertion as Open Badges 2.0 has it");
        else
            Fail("ob2-assertion", $"The assertion has no {string.Join(", no ", missing)}.", "Ask the issuer for a badge that follows the standard.");
        var claims = new CredentialClaims(null, null, null, assertion.Text("issuedOn"), assertion.Text("expires"));
        checks.Add(claims.CheckValidityPeriod(options.Now, options.ClockSkew));
    }

    private void CheckRevokedMember(JsonElement hosted)
    {
        if (hosted.Member("revoked") is { ValueKind: JsonValueKind.True })
            Fail("status-revocation", $"The issuer revoked the badge. {hosted.Text("revocationReason")}".TrimEnd(), "Do not rely on it. The issuer can say why.");
        else
            Pass("status-revocation", "not revoked where it is hosted");
    }

    /// <summary>A hosted assertion must stand where its issuer has its site, or where its profile says (2.0, Verification).</summary>
    private void CheckAddress(string id, JsonElement issuer)
    {
        const string Name = "issuer-address";
        var rule = issuer.Member("verification");
        var starts = rule?.Member("startsWith").AsArray().Select(one => one.GetString() ?? "").ToList() ?? [];
        var origins = rule?.Member("allowedOrigins").AsArray().Select(one => one.GetString() ?? "").ToList() ?? [];
        if (origins.Count == 0 && Uri.TryCreate(issuer.Text("id"), UriKind.Absolute, out var home))
            origins.Add(home.Host);
        var allowed = Uri.TryCreate(id, UriKind.Absolute, out var at)
            && (starts.Exists(start => start.Length > 0 && id.StartsWith(start, StringComparison.Ordinal))
                || (starts.Count == 0 && origins.Exists(origin => string.Equals(origin, at.Host, StringComparison.OrdinalIgnoreCase))));
        if (allowed)
            Pass(Name, "hosted where its issuer allows");
        else
            Fail(Name, $"{id} is not on the site of the issuer {issuer.Text("id")}.", DoNotRely);
    }

    private async Task CheckSignatureAsync(CompactJws jws, JsonElement assertion, JsonElement issuer)
    {
        const string Name = "signature";
        var verification = assertion.Member("verification") ?? assertion.Member("verify");
        var keyId = verification?.Text("creator") ?? verification?.Text("url") ?? issuer.Member("publicKey").IdOf();
        if (keyId is null)
        {
            Fail(Name, "The badge does not say which key signed it.", DoNotRely);
            return;
        }
        using var document = await FetchAsync("verification-method", keyId);
        if (document is null)
            return;
        var key = document.RootElement;
        var issuerId = issuer.Text("id");
        var named = issuer.Member("publicKey").AsArray().Any(entry => ((JsonElement?)entry).IdOf() == keyId);
        if (key.Text("owner") != issuerId || !named)
            Fail("issuer-key", $"The key {keyId} and the issuer {issuerId} do not name each other.", DoNotRely);
        else
            Pass("issuer-key", $"{issuerId} names the key");
        if (jws.IsSignedBy(ReadPem(key.Text("publicKeyPem"))))
            Pass(Name, $"made with {keyId}");
        else
            Fail(Name, "The badge is not the one that was signed, or another key signed it.", DoNotRely);
    }

    private async Task CheckRevocationListAsync(JsonElement assertion, JsonElement issuer)
    {
        const string Name = "status-revocation";
        if (issuer.Member("revocationList").IdOf() is not { } url)
        {
            Pass(Name, "the issuer keeps no revocation list");
            return;
        }
        using var list = await FetchAsync(Name, url);
        if (list is null)
            return;
        var id = assertion.Text("id");
        var entry = list.RootElement.Member("revokedAssertions").AsArray()
            .FirstOrDefault(one => id is not null && (((JsonElement?)one).IdOf() == id || one.Text("uid") == id));
        if (entry.ValueKind == JsonValueKind.Undefined)
            Pass(Name, "not in the issuer's revocation list");
        else
            Fail(Name, $"The issuer revoked the badge. {entry.Text("revocationReason")}".TrimEnd(), "Do not rely on it. The issuer can say why.");
    }

    private static VerificationKey ReadPem(string? pem)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            var parameters = rsa.ExportParameters(includePrivateParameters: false);
            return VerificationKey.FromJwk(new JsonObject
            {
                ["kty"] = "RSA",
                ["n"] = System.Buffers.Text.Base64Url.EncodeToString(parameters.Modulus),
                ["e"] = System.Buffers.Text.Base64Url.EncodeToString(parameters.Exponent),
            });
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException)
        {
            throw new LinkedDataException("invalid key", "publicKeyPem is not the PEM of an RSA key.", problem);
        }
    }

    /// <summary>What a member refers to: inside the document, or at an address.</summary>
    private async Task<JsonDocument?> FollowAsync(string name, JsonElement? reference, string type, string[] required)
    {
        if (reference is not { ValueKind: JsonValueKind.Object or JsonValueKind.String } found)
        {
            if (reference is not null || checks.TrueForAll(check => check.Passed))
                Fail(name, $"The badge names no {name.Replace('-', ' ')}.", "Ask the issuer for a badge that follows the standard.");
            return null;
        }
        var address = found.ValueKind == JsonValueKind.String ? found.GetString()! : null;
        var document = address is null ? JsonDocument.Parse(found.GetRawText()) : await FetchAsync(name, address);
        if (document is null)
            return null;
        if (address is not null && document.RootElement.Text("id") != address)
        {
            Fail(name, $"At {address} stands {document.RootElement.Text("id") ?? "something without an id"}.", DoNotRely);
            return document;
        }
        var missing = required.Where(member => document.RootElement.Member(member) is null).ToList();
        if (type.Length > 0 && !CredentialModel.Types(document.RootElement).Contains(type, StringComparer.Ordinal))
            missing.Add($"type {type}");
        if (missing.Count == 0)
            Pass(name, document.RootElement.Text("id") ?? "in the badge itself");
        else
            Fail(name, $"It has no {string.Join(", no ", missing)}.", "Ask the issuer for a badge that follows the standard.");
        return document;
    }

    /// <summary>
    /// An issuer is believed at its own address alone: a profile that a badge brings along would bring its own keys and rules.
    /// </summary>
    private static JsonElement? AddressOf(JsonElement? issuer)
        => issuer is { ValueKind: JsonValueKind.Object } profile && profile.Member("id") is { ValueKind: JsonValueKind.String } id ? id : issuer;

    private async Task<JsonDocument?> FetchAsync(string name, string url)
    {
        try
        {
            if (await documents.FetchAsync(url, cancellation) is { } bytes)
            {
                var document = StrictJson.Parse(bytes);
                if (document.RootElement.ValueKind == JsonValueKind.Object)
                    return document;
                document.Dispose();
            }
            Fail(name, $"{url} could not be fetched.", AskIssuer);
        }
        catch (LinkedDataException problem)
        {
            Fail(name, $"{url} could not be read: {problem.Message}", AskIssuer);
        }
        return null;
    }

    private CredentialVerification Verdict(string format, JsonElement? assertion)
        => new(format, assertion is { } found ? JsonObject.Create(found.Clone()) : null, checks, []);

    private void Pass(string name, string finding) => checks.Add(Check.Pass(name, finding));

    private void Fail(string name, string finding, string whatToDo) => checks.Add(Check.Fail(name, finding, whatToDo));
}
