using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>
/// Whether a credential was revoked or suspended: Bitstring Status List 1.0 (3.2), StatusList2021 before it, and the revocation list
/// of 1EdTech before that.
/// </summary>
public sealed class StatusVerification(IDocumentSource documents, IVerificationMethodResolver resolver, VerificationOptions options)
{
    private const int MaxEntries = 8;
    private const string AskIssuer = "Ask the issuer for the credential's status; until then take it as unknown.";

    /// <summary>None when the credential names no status.</summary>
    public async Task<IReadOnlyList<Check>> CheckAsync(JsonElement credential, CancellationToken cancellation = default)
    {
        var checks = new List<Check>();
        var entries = credential.Member("credentialStatus").AsArray().ToList();
        if (entries.Count > MaxEntries)
            return [Check.Fail("status", $"The credential names {entries.Count} statuses; at most {MaxEntries} are looked up.", AskIssuer)];
        foreach (var entry in entries)
        {
            try
            {
                checks.Add(await CheckEntryAsync(credential, entry, cancellation));
            }
            catch (LinkedDataException problem)
            {
                checks.Add(Check.Fail("status", problem.Message, AskIssuer));
            }
        }
        return checks;
    }

    private async Task<Check> CheckEntryAsync(JsonElement credential, JsonElement entry, CancellationToken cancellation)
        => entry.Text("type") switch
        {
            "BitstringStatusListEntry" or "StatusList2021Entry" => await CheckBitAsync(credential, entry, cancellation),
            "1EdTechRevocationList" => await CheckRevocationListAsync(credential, entry, cancellation),
            var type => Check.Fail("status", $"A status of type {type} is not known here.", AskIssuer),
        };

    private async Task<Check> CheckBitAsync(JsonElement credential, JsonElement entry, CancellationToken cancellation)
    {
        var url = entry.Text("statusListCredential") ?? throw Invalid("The status names no statusListCredential.");
        var purpose = entry.Text("statusPurpose") ?? throw Invalid("The status names no statusPurpose.");
        if (entry.Member("statusSize") is { } size && size.GetRawText() != "1")
            throw Invalid("A status of more than one bit is not known here.");
        // The number is text in the specification; a JSON number is what some issuers write.
        var text = entry.Text("statusListIndex") ?? entry.Member("statusListIndex")?.GetRawText();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            throw Invalid($"statusListIndex \"{text}\" is not a number.");

        using var list = await FetchVerifiedAsync(url, cancellation);
        var root = list.RootElement;
        if (root.Member("issuer").IdOf() != credential.Member("issuer").IdOf())
            throw Invalid($"The status list is by {root.Member("issuer").IdOf()}, not by the credential's issuer.");
        var subject = root.Member("credentialSubject") ?? throw Invalid("The status list has no subject.");
        if (!subject.Member("statusPurpose").AsArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(purpose)))
            throw Invalid($"The status list is not for {purpose}.");

        var isSet = Read(subject)[index];
        var name = "status-" + purpose;
        return (purpose, isSet) switch
        {
            (_, false) => Check.Pass(name, "not set"),
            (StatusPurpose.Revocation, _) => Check.Fail(name, "The issuer revoked the credential.", "Do not rely on it. The issuer can say why."),
            (StatusPurpose.Suspension, _) => Check.Fail(name, "The issuer suspended the credential.", "Do not rely on it for now. The issuer can say why and until when."),
            _ => Check.Pass(name, "set"),
        };
    }

    private static StatusList Read(JsonElement subject)
    {
        var encoded = subject.Text("encodedList") ?? throw Invalid("The status list has no encodedList.");
        // StatusList2021 wrote base64url without the multibase prefix.
        var list = subject.Text("type") == "StatusList2021" && Base64Url.IsValid(encoded)
            ? StatusList.Decompress(Base64Url.DecodeFromChars(encoded))
            : StatusList.Decode(encoded);
        return list.Length >= StatusList.MinimumEntries
            ? list
            : throw Invalid($"The status list has only {list.Length} entries, so that its host learns whose credential is looked at.");
    }

    /// <summary>The list is a credential: it has to be signed and in its time. That it has no status of its own ends the search.</summary>
    private async Task<JsonDocument> FetchVerifiedAsync(string url, CancellationToken cancellation)
    {
        var bytes = await documents.FetchAsync(url, cancellation) ?? throw Invalid($"The status list {url} could not be fetched.");
        var (document, report) = await VerifyAsync(bytes, cancellation);
        var checks = report.Checks.Append(CredentialClaims.Of(document.RootElement).CheckValidityPeriod(options.Now, options.ClockSkew));
        if (checks.FirstOrDefault(check => !check.Passed) is { } failure)
        {
            document.Dispose();
            throw Invalid($"The status list {url} does not hold: {failure.Finding}");
        }
        if (document.RootElement.Text("id") is { } id && id != url)
            throw Invalid($"At {url} stands another status list, {id}.");
        return document;
    }

    private async Task<(JsonDocument Document, VerificationReport Report)> VerifyAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        if (bytes.Span.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return (StrictJson.Parse(bytes), await DataIntegrityProof.VerifyAsync(bytes, resolver, options, cancellation));
        var token = await VcJwt.VerifyAsync(Encoding.UTF8.GetString(bytes.Span).Trim(), resolver, options, cancellation);
        return token.Credential is { } credential
            ? (StrictJson.Parse(StrictJson.ToUtf8(credential)), token.Report)
            : throw Invalid("The status list is neither JSON nor a token.");
    }

    private async Task<Check> CheckRevocationListAsync(JsonElement credential, JsonElement entry, CancellationToken cancellation)
    {
        const string Name = "status-revocation";
        var url = entry.Text("id") ?? throw Invalid("The status names no list.");
        var bytes = await documents.FetchAsync(url, cancellation) ?? throw Invalid($"The revocation list {url} could not be fetched.");
        using var list = StrictJson.Parse(bytes);
        var id = credential.Text("id");
        var revoked = list.RootElement.Member("revokedCredential").AsArray()
            .Any(item => id is not null && ((JsonElement?)item).IdOf() == id);
        return revoked
            ? Check.Fail(Name, "The issuer revoked the credential.", "Do not rely on it. The issuer can say why.")
            : Check.Pass(Name, "not in the issuer's revocation list");
    }

    private static LinkedDataException Invalid(string message) => new("invalid status", message);
}
