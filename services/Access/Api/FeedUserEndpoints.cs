using System.ComponentModel;
using Pathways.Access.Clients;
using Pathways.Access.FeedUsers;
using Pathways.Access.Tenants;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Topology;
using Pathways.WebDefaults;

namespace Pathways.Access.Api;

/// <summary>Operators give an institution broker users, with which it consumes its own queues of the feed.</summary>
public static class FeedUserEndpoints
{
    public static void MapFeedUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/access/feed-users").RequireScope(Scopes.Operator);
        users.MapPost("", CreateAsync).Produces<FeedUserWithSecret>(201)
            .WithSummary("Make a broker user that may read its institution's own queues and nothing else. The secret is in this answer and nowhere else.");
        users.MapGet("", ListAsync).Produces<IReadOnlyList<FeedUserView>>().WithSummary("The broker users of an institution, or of all.");
        users.MapPost("/{user}/rotate", RotateAsync).Produces<FeedUserWithSecret>()
            .WithSummary("Give a broker user a new secret; the old one ends at once, with the connections that use it.");
        users.MapPost("/{user}/revoke", RevokeAsync).Produces<FeedUserView>()
            .WithSummary("End a broker user at once, with its connections.");
    }

    private static async Task<IResult> CreateAsync(
        CreateFeedUser request, HttpContext http, TenantDirectory tenants, FeedUserKeeper keeper, IEventStore store, CancellationToken cancellation)
    {
        if (!TenantName.IsValid(request.Tenant)) return TenantName.Invalid.ToProblem();
        if (!await tenants.HasAsync(request.Tenant, cancellation)) return Tenant.Unknown(request.Tenant).ToProblem();
        (string name, string secret) = (request.Name ?? "", ClientSecret.New());
        return await ChangeAsync(BrokerTopology.OfInstitution(request.Tenant, name), http, keeper, store,
            state => FeedUserSet.Create(state, request.Tenant, name, InstitutionUsers.HashOf(secret)),
            (user, atBroker) => TypedResults.Created($"/access/feed-users/{user.User}", FeedUserWithSecret.Of(user, secret, atBroker)), cancellation);
    }

    private static Task<IResult> RotateAsync(string user, HttpContext http, FeedUserKeeper keeper, IEventStore store, CancellationToken cancellation)
    {
        string secret = ClientSecret.New();
        return ChangeAsync(user, http, keeper, store, state => FeedUserSet.Rotate(state, user, InstitutionUsers.HashOf(secret)),
            (rotated, atBroker) => TypedResults.Ok(FeedUserWithSecret.Of(rotated, secret, atBroker)), cancellation);
    }

    private static Task<IResult> RevokeAsync(
        string user, RevokeFeedUser? request, HttpContext http, FeedUserKeeper keeper, IEventStore store, CancellationToken cancellation)
        => ChangeAsync(user, http, keeper, store, state => FeedUserSet.Revoke(state, user, request?.Reason),
            (revoked, atBroker) => TypedResults.Ok(FeedUserView.Of(revoked, atBroker)), cancellation);

    private static async Task<IResult> ListAsync(FeedUserKeeper keeper, TenantDirectory tenants, CancellationToken cancellation, string? tenant = null)
    {
        if (tenant is not null && !await tenants.HasAsync(tenant, cancellation)) return Tenant.UnknownInQuery(tenant).ToProblem();
        var decided = (await keeper.LoadAsync(cancellation)).State;
        var inEffect = await keeper.InEffectAsync(decided, cancellation);
        return TypedResults.Ok<IReadOnlyList<FeedUserView>>(
            [.. decided.ByUser.Values.Where(user => tenant is null || user.Tenant == tenant).Select(user => FeedUserView.Of(user, inEffect?.Contains(user.User)))]);
    }

    /// <summary>Decided first, then done at the broker: what is decided and not yet done is done later, what is not decided never.</summary>
    private static async Task<IResult> ChangeAsync(
        string user, HttpContext http, FeedUserKeeper keeper, IEventStore store, Func<FeedUserSet, Decision> decide, Func<FeedUser, bool, IResult> answer,
        CancellationToken cancellation)
    {
        if (!keeper.HasBroker)
        {
            return Rejection.Conflict(
                "broker-not-administered", "Access has no administration of the broker here.",
                "Configure RabbitMq:Management and RabbitMq:Uri of Access, with a user that RabbitMQ knows as an administrator.").ToProblem();
        }
        http.ActFor(ClientDirectory.Tenant);
        var loaded = await keeper.LoadAsync(cancellation);
        var decision = decide(loaded.State);
        if (decision.Rejection is { } rejection) return rejection.ToProblem();
        if (!decision.Events.IsEmpty)
        {
            var work = new UnitOfWork(http.EventContext());
            work.Append(FeedUserSet.Stream, loaded.Version, decision.Events);
            if ((await store.CommitAsync(work, cancellation)).Rejection is { } conflict) return conflict.ToProblem();
        }
        // Not broken off with the caller: a secret that ends shall end.
        bool atBroker = await keeper.ApplyAsync(user, CancellationToken.None);
        http.Response.Headers.CacheControl = "no-store";
        return answer(FeedUserSet.Decider.Fold(loaded.State, decision.Events).ByUser[user], atBroker);
    }
}

/// <param name="Name">Lower-case letters, digits and hyphens, when one user is not enough; without one it is the institution's first.</param>
public sealed record CreateFeedUser([property: Description("A tenant's slug")] string Tenant, string? Name = null);

public sealed record RevokeFeedUser(string? Reason = null);

/// <param name="User">For the login at the broker.</param>
/// <param name="AtBroker">Whether the broker has it so; null when it can't be asked. It is made so as soon as the broker can be reached.</param>
public sealed record FeedUserView(string User, string Tenant, string Name, bool Revoked, bool? AtBroker)
{
    public static FeedUserView Of(FeedUser user, bool? atBroker) => new(user.User, user.Tenant, user.Name, user.IsRevoked, atBroker);
}

/// <param name="Secret">The password at the broker.</param>
/// <param name="AtBroker">False: it can be used as soon as the broker can be reached.</param>
public sealed record FeedUserWithSecret(string User, string Secret, string Tenant, string Name, bool AtBroker)
{
    public static FeedUserWithSecret Of(FeedUser user, string secret, bool atBroker) => new(user.User, secret, user.Tenant, user.Name, atBroker);
}
