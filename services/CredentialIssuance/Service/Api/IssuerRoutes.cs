using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LinkedData;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <param name="Cryptosuite"><c>eddsa-rdfc-2022</c> (default), <c>eddsa-jcs-2022</c>, or <c>none</c> for tokens alone.</param>
/// <param name="JwtAlgorithm">RS256 or ES256 for credentials as tokens too; none when absent.</param>
public sealed record IssuerRequest(
    string Name, string? Url = null, string? Description = null, IssuerAddress? Address = null, string? JwtAlgorithm = null,
    string? Cryptosuite = null);

public sealed record RotationRequest(string Algorithm);

/// <param name="State"><c>current</c>, <c>retired</c> or <c>revoked</c>.</param>
public sealed record IssuerKeyView(
    string Id, string Algorithm, string State, DateTimeOffset Since, DateTimeOffset? RetiredAt, DateTimeOffset? RevokedAt, string? Reason,
    string PublicJwk);

public sealed record IssuerView(string Did, IssuerProfile Profile, string Cryptosuite, string? JwtAlgorithm, IReadOnlyList<IssuerKeyView> Keys);

internal static class IssuerRoutes
{
    public static void MapIssuers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/credential-issuance/issuers", RegisterAsync).RequireScope(Scopes.Define)
            .WithSummary("Registers the institution as issuer, or changes its profile. Keys are made the first time.").Produces<IssuerView>();
        routes.MapGet("/credential-issuance/issuers", ListAsync).RequireScope(Scopes.Define, Scopes.Issue, Scopes.Learners, Scopes.Audit)
            .Produces<Page<IssuerView>>();
        routes.MapPost("/credential-issuance/issuers/keys", RotateAsync).RequireScope(Scopes.Define)
            .WithSummary("Makes a new key that signs from now on. The one before stays published: what it signed stays good.").Produces<IssuerView>();
        routes.MapPost("/credential-issuance/issuers/keys/{keyId}/revoke", RevokeAsync).RequireScope(Scopes.Define)
            .WithSummary("Takes back everything a key signed: it was lost or stolen. A key that signs now is replaced in the same moment.")
            .Produces<IssuerView>();
    }

    private static Task<IResult> RegisterAsync(
        IssuerRequest request, HttpContext http, CommandEndpoint command, IEventStore store, IssuerKeys keys, Addresses addresses, TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            string tenant = http.Caller().Tenant;
            var issuer = await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation);
            using var secrets = new NewKeys(issuer.State.IsRegistered ? [] : KeyAlgorithms.All);
            return Prepare(http, keys, issuer, secrets, Issuer.Register(
                issuer.State,
                new RegisterIssuer(
                    addresses.Did(tenant),
                    new IssuerProfile(request.Name, request.Url, request.Description, request.Address),
                    new ProofForms(request.Cryptosuite ?? ProofForms.EddsaRdfc, request.JwtAlgorithm),
                    [.. secrets.All.Select(IssuerKeys.Describe)]),
                clock.GetUtcNow()));
        });

    private static Task<IResult> RotateAsync(
        RotationRequest request, HttpContext http, CommandEndpoint command, IEventStore store, IssuerKeys keys, TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            if (!KeyAlgorithms.All.Contains(request.Algorithm))
            {
                return Rejection.Invalid("key-algorithm-unknown", $"'{request.Algorithm}' is not an algorithm of the issuer's keys.",
                    $"Use one of: {string.Join(", ", KeyAlgorithms.All)}.", "/algorithm");
            }

            var issuer = await store.LoadAsync(http.Caller().Tenant, Issuer.Stream, Issuer.Decider, cancellation);
            using var secrets = new NewKeys([request.Algorithm]);
            return Prepare(http, keys, issuer, secrets, Issuer.Rotate(issuer.State, IssuerKeys.Describe(secrets.All[0]), clock.GetUtcNow()));
        });

    private static Task<IResult> RevokeAsync(
        string keyId, ReasonRequest request, HttpContext http, CommandEndpoint command, IEventStore store, IssuerKeys keys, TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            var issuer = await store.LoadAsync(http.Caller().Tenant, Issuer.Stream, Issuer.Decider, cancellation);
            var held = issuer.State.Keys.FirstOrDefault(key => key.Key.Id == keyId);
            using var secrets = new NewKeys([held?.Key.Algorithm ?? KeyAlgorithms.Ed25519]);
            return Prepare(http, keys, issuer, secrets, Issuer.RevokeKey(
                issuer.State, keyId, request.Reason, IssuerKeys.Describe(secrets.All[0]), clock.GetUtcNow()));
        });

    /// <summary>The events, and the private halves of those keys that they name.</summary>
    private static Result<PreparedCommand> Prepare(HttpContext http, IssuerKeys keys, Loaded<Issuer> issuer, NewKeys secrets, Decision decision)
    {
        if (decision.Rejection is { } rejection) return rejection;
        var state = Issuer.Decider.Fold(issuer.State, decision.Events);
        var work = new UnitOfWork(http.EventContext());
        work.Append(Issuer.Stream, issuer.Version, decision.Events);
        foreach (var secret in secrets.All.Where(secret => state.Keys.Any(key => key.Key.Id == IssuerKeys.IdOf(secret.PublicKey))))
            work.Write(keys.Keep(http.Caller().Tenant, secret));
        return new PreparedCommand(work, new CommandAnswer(View(state), Version: issuer.Version + decision.Events.Length));
    }

    private static async Task<IResult> ListAsync(HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var issuer = await store.LoadAsync(http.Caller().Tenant, Issuer.Stream, Issuer.Decider, cancellation);
        return TypedResults.Ok(new Page<IssuerView>(issuer.State.IsRegistered ? [View(issuer.State)] : [], Next: null));
    }

    private static IssuerView View(Issuer issuer) => new(
        issuer.Did, issuer.Profile!, issuer.Forms.Cryptosuite, issuer.Forms.JwtAlgorithm,
        [.. issuer.Keys.Select(held => new IssuerKeyView(
            held.Key.Id, held.Key.Algorithm, held.RevokedAt is not null ? "revoked" : held.IsCurrent ? "current" : "retired",
            held.Since, held.RetiredAt, held.RevokedAt, held.Reason, held.Key.PublicJwk))]);

    /// <summary>Fresh keys, wiped from memory when the command is prepared: what is kept is their encrypted form.</summary>
    private sealed class NewKeys(IReadOnlyList<string> algorithms) : IDisposable
    {
        public IReadOnlyList<SigningKey> All { get; } = [.. algorithms.Select(IssuerKeys.Generate)];

        public void Dispose()
        {
            foreach (var secret in All) secret.Dispose();
        }
    }
}
