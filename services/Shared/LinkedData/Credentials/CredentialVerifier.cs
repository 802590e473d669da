using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>The verdict on a credential.</summary>
/// <param name="Format"><c>json</c>, <c>jwt</c>, <c>png</c>, <c>svg</c>, <c>enveloped</c>; the last wrapping that was taken off comes last: <c>png+jwt</c>.</param>
/// <param name="Credential">What was read, also when the verdict is no: to be shown, not relied on.</param>
/// <param name="Checks">What was asked of this credential itself.</param>
/// <param name="Parts">The credentials inside of it: those of a CLR or a presentation, and endorsements.</param>
public sealed record CredentialVerification(
    string Format, JsonObject? Credential, IReadOnlyList<Check> Checks, IReadOnlyList<CredentialVerification> Parts)
{
    public bool Verified => Checks.Count > 0 && Checks.All(check => check.Passed) && Parts.All(part => part.Verified);
}

/// <summary>
/// Verifies a credential of any issuer in any of its forms: JSON with proofs, a token, a token in an envelope, a baked image; Open
/// Badges 3.0 and 2.0 (hosted and signed), CLR 2.0, VCDM 2.0 and 1.1. Credentials inside it are verified too: in a CLR they share one graph, and the outer
/// signature alone would not notice that two of them swapped what they say about the same achievement.
/// </summary>
public sealed class CredentialVerifier(IVerificationMethodResolver resolver, IDocumentSource documents, VerificationOptions options)
{
    private const int MaxDepth = 4;
    private const int MaxCredentials = 256;

    private IVerificationMethodResolver Resolver => resolver;

    private VerificationOptions Options => options;

    private IDocumentSource Documents => documents;

    private StatusVerification Status { get; } = new(documents, resolver, options);

    public async Task<CredentialVerification> VerifyAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation = default)
    {
        try
        {
            return await new Run(this, cancellation).VerifyBytesAsync(input);
        }
        catch (LinkedDataException problem)
        {
            return Refused("unknown", problem);
        }
    }

    private static CredentialVerification Refused(string format, LinkedDataException problem)
        => new(format, null, [Check.Fail("document", problem.Message, "Give the credential as its issuer or holder gave it: a file, a token or an image.")], []);

    /// <summary>One verification, and how many credentials it met.</summary>
    private sealed class Run(CredentialVerifier verifier, CancellationToken cancellation)
    {
        private int credentials;

        private OpenBadge2Verification OpenBadge2 => new(verifier.Documents, verifier.Options, cancellation);

        public async Task<CredentialVerification> VerifyBytesAsync(ReadOnlyMemory<byte> input)
        {
            if (BakedPng.IsPng(input.Span))
                return await VerifyBakedAsync("png", BakedPng.Unbake(input.Span));
            if (BakedSvg.IsSvg(input.Span))
                return await VerifyBakedAsync("svg", BakedSvg.Unbake(input.Span));
            return await VerifyTextAsync(input, depth: 0);
        }

        private async Task<CredentialVerification> VerifyBakedAsync(string format, Unbaked? unbaked)
        {
            if (unbaked is null)
                return Refused(format, new LinkedDataException("nothing baked", "The image carries no credential."));
            var inner = await VerifyTextAsync(Encoding.UTF8.GetBytes(unbaked.Credential), depth: 0);
            return inner with { Format = $"{format}+{inner.Format}" };
        }

        private async Task<CredentialVerification> VerifyTextAsync(ReadOnlyMemory<byte> text, int depth)
        {
            if (!text.Span.TrimStart(" \t\r\n\"\ufeff"u8).StartsWith("{"u8))
            {
                var token = Encoding.UTF8.GetString(text.Span).Trim(' ', '\t', '\r', '\n', '"');
                return await OpenBadge2.TryVerifyAsync(token) ?? await VerifyTokenAsync(token, depth);
            }
            using var document = StrictJson.Parse(text);
            return OpenBadge2Verification.Applies(document.RootElement)
                ? await OpenBadge2.VerifyHostedAsync(document.RootElement)
                : await VerifyJsonAsync(document.RootElement, text, depth);
        }

        private async Task<CredentialVerification> VerifyTokenAsync(string token, int depth)
        {
            Count(depth);
            var verification = await VcJwt.VerifyAsync(token, verifier.Resolver, verifier.Options, cancellation);
            if (verification.Credential is null)
                return new CredentialVerification("jwt", null, verification.Report.Checks, []);
            using var document = JsonDocument.Parse(StrictJson.ToUtf8(verification.Credential));
            var checks = ModelChecks(document.RootElement);
            checks.AddRange(verification.Report.Checks);
            checks.AddRange(await verifier.Status.CheckAsync(document.RootElement, cancellation));
            return new CredentialVerification("jwt", verification.Credential, checks, await VerifyPartsAsync(document.RootElement, depth));
        }

        private async Task<CredentialVerification> VerifyJsonAsync(JsonElement document, ReadOnlyMemory<byte> utf8, int depth)
        {
            if (EnvelopedCredential.IsEnvelope(document))
            {
                var token = EnvelopedCredential.Open(document) ?? throw new LinkedDataException("invalid envelope", "The envelope is not a data: URL of a token.");
                var inner = await VerifyTokenAsync(token, depth);
                return inner with { Format = "enveloped+" + inner.Format };
            }
            Count(depth);
            var proofs = await DataIntegrityProof.VerifyAsync(utf8, verifier.Resolver, verifier.Options, cancellation);
            var checks = ModelChecks(document);
            checks.AddRange(proofs.Checks);
            checks.Add(CredentialClaims.Of(document).CheckValidityPeriod(verifier.Options.Now, verifier.Options.ClockSkew));
            checks.AddRange(await verifier.Status.CheckAsync(document, cancellation));
            return new CredentialVerification("json", JsonObject.Create(document.Clone()), checks, await VerifyPartsAsync(document, depth));
        }

        private List<Check> ModelChecks(JsonElement document)
        {
            List<Check> checks = [CredentialModel.Check(document, verifier.Options.JsonLd)];
            if (OpenBadgeModel.Applies(document))
                checks.Add(OpenBadgeModel.Check(document));
            return checks;
        }

        /// <summary>The credentials of a CLR or a presentation, and what others say in support of the credential.</summary>
        private async Task<IReadOnlyList<CredentialVerification>> VerifyPartsAsync(JsonElement document, int depth)
        {
            var parts = new List<CredentialVerification>();
            foreach (var part in Parts(document))
            {
                try
                {
                    parts.Add(part.ValueKind == JsonValueKind.String
                        ? await VerifyTokenAsync(part.GetString()!, depth + 1)
                        : await VerifyJsonAsync(part, Encoding.UTF8.GetBytes(part.GetRawText()), depth + 1));
                }
                catch (LinkedDataException problem) when (problem.Code != "too many credentials")
                {
                    parts.Add(Refused("unknown", problem));
                }
            }
            return parts;
        }

        private static IEnumerable<JsonElement> Parts(JsonElement document)
        {
            var subject = document.Member("credentialSubject") is { ValueKind: JsonValueKind.Object } single ? single : default;
            var achievement = subject.Member("achievement") is { ValueKind: JsonValueKind.Object } one ? one : default;
            var issuer = document.Member("issuer") is { ValueKind: JsonValueKind.Object } profile ? profile : default;
            var found = document.Member("verifiableCredential").AsArray().Concat(subject.Member("verifiableCredential").AsArray());
            foreach (var endorsed in new[] { document, achievement, issuer })
                found = found.Concat(endorsed.Member("endorsement").AsArray()).Concat(endorsed.Member("endorsementJwt").AsArray());
            return found.Where(part => part.ValueKind is JsonValueKind.Object or JsonValueKind.String);
        }

        private void Count(int depth)
        {
            if (++credentials > MaxCredentials || depth > MaxDepth)
                throw new LinkedDataException("too many credentials", $"More than {MaxCredentials} credentials, or deeper than {MaxDepth} in each other, are not verified.");
        }
    }
}
