using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

/// <summary>The checks of one token.</summary>
internal sealed class VcJwtChecks(CompactJws jws, JsonElement payload, IVerificationMethodResolver resolver, VerificationOptions options)
{
    private const string DoNotRely = "Do not rely on the token: ask the issuer or the holder for the one that was signed.";

    /// <summary>VCDM 1.1 keeps the credential in a claim of its own; Open Badges 3.0 and VCDM 2.0 have the whole payload be it.</summary>
    private readonly JsonElement credential = payload.Member("vc") is { ValueKind: JsonValueKind.Object } vc ? vc : payload;

    private readonly List<Check> checks = [];

    public async Task<VcJwtVerification> RunAsync(CancellationToken cancellation)
    {
        var issuer = payload.Text("iss") ?? credential.Member("issuer").IdOf();
        CheckFormat(issuer);
        if (jws.KeyId is { } keyId && await ResolveAsync(keyId, cancellation) is { } method)
        {
            MethodChecks.Add(checks, suffix: "", method, options.ProofPurpose, options.Now);
            CheckSignature(method);
            if (issuer is not null)
                checks.Add(MethodChecks.IssuerKey(issuer, [method.Controller]));
        }
        CheckClaims();
        CheckValidity();
        return new VcJwtVerification(new VerificationReport(checks), Credential());
    }

    private void CheckFormat(string? issuer)
    {
        const string Name = "jwt-format";
        var type = jws.Header.Text("typ");
        if (jws.Header.Member("typ") is not null && type is not ("JWT" or "vc+jwt" or "vc+ld+jwt" or "vc-ld+jwt"))
            checks.Add(Check.Fail(Name, $"A token of type {type} is not a credential.", "Give the token that carries the credential."));
        else if (jws.KeyId is null)
            checks.Add(Check.Fail(Name, "The header has no kid; a key that the token brings along proves nothing.", "Ask the issuer for a token that names a published key."));
        else if (issuer is null)
            checks.Add(Check.Fail(Name, "The token names no issuer.", "Ask the issuer for a complete token."));
        else
            checks.Add(Check.Pass(Name, $"{type ?? "no typ"}, {jws.Algorithm}"));
    }

    private async ValueTask<VerificationMethod?> ResolveAsync(string keyId, CancellationToken cancellation)
    {
        const string Name = "verification-method";
        try
        {
            if (await resolver.ResolveAsync(keyId, cancellation) is { } method)
                return method;
            checks.Add(Check.Fail(Name, $"The key {keyId} was not found.", "Ask the issuer whether the key is published; retry when its site is reachable."));
        }
        catch (LinkedDataException problem)
        {
            checks.Add(Check.Fail(Name, $"The key {keyId} could not be read: {problem.Message}", "Ask the issuer to mend the published key."));
        }
        return null;
    }

    private void CheckSignature(VerificationMethod method)
    {
        const string Name = "signature";
        if (jws.Algorithm != method.Key.JoseAlgorithm)
            checks.Add(Check.Fail(Name, $"The header says alg {jws.Algorithm}, but the key is for {method.Key.JoseAlgorithm}.", DoNotRely));
        else if (!jws.IsSignedBy(method.Key))
            checks.Add(Check.Fail(Name, "The token is not the one that was signed, or another key signed it.", DoNotRely));
        else
            checks.Add(Check.Pass(Name, $"made with {method.Id}"));
    }

    private void CheckClaims()
    {
        var contradictions = RegisteredClaims.Contradictions(payload, CredentialClaims.Of(credential)).ToList();
        checks.Add(contradictions.Count == 0
            ? Check.Pass("claims", "the claims say what the credential says")
            : Check.Fail("claims", string.Join("; ", contradictions) + ".", "Ask the issuer for a token that agrees with its credential."));
    }

    private void CheckValidity()
    {
        checks.Add(CredentialClaims.Of(credential).CheckValidityPeriod(options.Now, options.ClockSkew));
        var now = options.Now.ToUnixTimeSeconds();
        if (payload.Member("nbf") is { } nbf && RegisteredClaims.TryReadDate(nbf, out var from) && from > now + options.ClockSkew.TotalSeconds)
            checks.Add(Check.Fail("token-period", "The token is not valid yet (nbf).", "Come back when it has become valid."));
        if (payload.Member("exp") is { } exp && RegisteredClaims.TryReadDate(exp, out var until) && until <= now)
            checks.Add(Check.Fail("token-period", "The token has expired (exp).", "Ask the holder or the issuer for a current one."));
    }

    /// <summary>The credential alone, without the claims that the token added.</summary>
    private JsonObject Credential()
    {
        var copy = JsonObject.Create(credential.Clone())!;
        foreach (var claim in RegisteredClaims.Names)
            copy.Remove(claim);
        return copy;
    }
}
