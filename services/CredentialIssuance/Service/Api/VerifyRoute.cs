using System.Text;
using System.Text.Json;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.LinkedData;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <summary>Exactly one of the two forms.</summary>
public sealed record VerifyRequest(JsonElement? Credential = null, string? Jwt = null);

/// <param name="Verified">Each check passed.</param>
public sealed record VerifyAnswer(bool Verified, string? CredentialId, IReadOnlyList<Check> Checks);

internal static class VerifyRoute
{
    public static void MapVerify(this IEndpointRouteBuilder routes)
        => routes.MapPost("/credential-issuance/verify", VerifyAsync).AllowAnonymous()
            .WithSummary("Checks a credential that was issued here: each check with its verdict and what to do.").Produces<VerifyAnswer>();

    private static async Task<IResult> VerifyAsync(
        VerifyRequest request, IEventStore store, OwnKeys keys, Addresses addresses, TimeProvider clock, CancellationToken cancellation)
    {
        var options = new VerificationOptions(clock.GetUtcNow());
        switch (request)
        {
            case { Jwt: { } jwt, Credential: null }:
                var token = await VcJwt.VerifyAsync(jwt, keys, options, cancellation);
                return TypedResults.Ok(await AnswerAsync(token.Report.Checks, token.Credential?["id"]?.GetValue<string>(), store, addresses, cancellation));
            case { Credential: { ValueKind: JsonValueKind.Object } credential, Jwt: null }:
                var claims = CredentialClaims.Of(credential);
                var report = await DataIntegrityProof.VerifyAsync(Encoding.UTF8.GetBytes(credential.GetRawText()), keys, options, cancellation);
                return TypedResults.Ok(await AnswerAsync(
                    [.. report.Checks, claims.CheckValidityPeriod(options.Now, options.ClockSkew)], claims.Id, store, addresses, cancellation));
            default:
                return Problem.From(Rejection.Invalid("nothing-to-verify", "Send either a credential or a jwt."));
        }
    }

    private static async Task<VerifyAnswer> AnswerAsync(
        IReadOnlyList<Check> checks, string? credentialId, IEventStore store, Addresses addresses, CancellationToken cancellation)
    {
        IReadOnlyList<Check> all = [.. checks, await StatusAsync(credentialId, store, addresses, cancellation)];
        return new VerifyAnswer(all.All(check => check.Passed), credentialId, all);
    }

    private static async Task<Check> StatusAsync(string? credentialId, IEventStore store, Addresses addresses, CancellationToken cancellation)
    {
        const string Name = "status";
        if (addresses.ParseCredential(credentialId) is not { } own)
            return Check.Fail(Name, "The credential was not issued here.", "Ask its issuer's own service.");
        var credential = (await store.LoadAsync(own.Tenant, Credential.StreamOf(own.Id), Credential.Decider, cancellation)).State;
        return credential.Status switch
        {
            CredentialStatus.Unknown => Check.Fail(Name, "The credential was not issued here.", "Ask its issuer's own service."),
            CredentialStatus.Valid => Check.Pass(Name, "valid"),
            var status => Check.Fail(Name, $"{status.ToString().ToLowerInvariant()}: {credential.Reason}", "Do not rely on it; ask the issuer."),
        };
    }
}
