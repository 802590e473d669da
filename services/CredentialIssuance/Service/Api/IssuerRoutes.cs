using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Signing;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

/// <param name="JwtAlgorithm">RS256 (default) or ES256.</param>
public sealed record IssuerRequest(string Name, string? Url = null, string? Description = null, IssuerAddress? Address = null, string? JwtAlgorithm = null);

public sealed record IssuerView(string Did, IssuerProfile Profile, string JwtAlgorithm, IReadOnlyList<IssuerKey> Keys);

internal static class IssuerRoutes
{
    public static void MapIssuers(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/credential-issuance/issuers", RegisterAsync).RequireScope(Scopes.Define)
            .WithSummary("Registers the institution as issuer, or changes its profile. Keys are made the first time.").Produces<IssuerView>();
        routes.MapGet("/credential-issuance/issuers", ListAsync).RequireScope(Scopes.Define, Scopes.Issue, Scopes.Learners, Scopes.Audit)
            .Produces<Page<IssuerView>>();
    }

    private static Task<IResult> RegisterAsync(
        IssuerRequest request, HttpContext http, CommandEndpoint command, IEventStore store, IssuerKeys keys, Addresses addresses, TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            string tenant = http.Caller().Tenant;
            var issuer = await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation);
            var (newKeys, secrets) = issuer.State.IsRegistered ? ([], []) : IssuerKeys.Generate();
            try
            {
                var decision = Issuer.Register(
                    issuer.State,
                    new RegisterIssuer(
                        addresses.Did(tenant),
                        new IssuerProfile(request.Name, request.Url, request.Description, request.Address),
                        request.JwtAlgorithm ?? KeyAlgorithms.Rs256,
                        newKeys),
                    clock.GetUtcNow());
                if (decision.Rejection is { } rejection) return rejection;

                var work = new UnitOfWork(http.EventContext());
                work.Append(Issuer.Stream, issuer.Version, decision.Events);
                foreach (var secret in secrets) work.Write(keys.Keep(tenant, secret));
                var state = Issuer.Decider.Fold(issuer.State, decision.Events);
                return new PreparedCommand(work, new CommandAnswer(View(state), Version: issuer.Version + decision.Events.Length));
            }
            finally
            {
                foreach (var secret in secrets) secret.Dispose();
            }
        });

    private static async Task<IResult> ListAsync(HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var issuer = await store.LoadAsync(http.Caller().Tenant, Issuer.Stream, Issuer.Decider, cancellation);
        return TypedResults.Ok(new Page<IssuerView>(issuer.State.IsRegistered ? [View(issuer.State)] : [], Next: null));
    }

    private static IssuerView View(Issuer issuer) => new(issuer.Did, issuer.Profile!, issuer.JwtAlgorithm, [.. issuer.Keys]);
}
