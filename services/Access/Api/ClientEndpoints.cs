using System.Collections.Immutable;
using System.ComponentModel;
using System.Text.Json;
using Pathways.Access.Clients;
using Pathways.Access.Keys;
using Pathways.Access.Tenants;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.Access.Api;

/// <summary>Operators create, rotate and revoke clients, and rotate the keys that tokens are signed with.</summary>
public static class ClientEndpoints
{
    public static void MapClients(this IEndpointRouteBuilder routes)
    {
        var clients = routes.MapGroup("/access/clients");
        clients.MapPost("", CreateAsync).RequireScope(Scopes.Operator).Produces<ClientWithSecret>(201);
        clients.MapGet("", ListAsync).RequireScope(Scopes.Operator).ReadsPage().Produces<Page<ClientView>>()
            .WithSummary("The clients that operators created, revoked ones too, oldest first; of one institution, or of all.");
        clients.MapGet("/{clientId}", ShowAsync).RequireScope(Scopes.Operator).Produces<ClientView>();
        clients.MapPost("/{clientId}/rotate", RotateAsync).RequireScope(Scopes.Operator).Produces<ClientWithSecret>();
        clients.MapPost("/{clientId}/revoke", RevokeAsync).RequireScope(Scopes.Operator).Produces<ClientView>();
        routes.MapGet("/access/changes", FollowAsync).RequireScope(Scopes.Service)
            .WithDescription("Clients that were rotated or revoked, as they are: lines of JSON, without an end.")
            .Produces<IReadOnlyList<ClientChange>>(contentType: "application/x-ndjson")
            .DisableRequestTimeout();
        routes.MapPost("/access/keys/rotate", async (TokenKeyStore keys, CancellationToken cancellation)
            => TypedResults.Ok(new KeyView((await keys.RotateAsync(cancellation)).Current.Id))).RequireScope(Scopes.Operator);
    }

    [EndpointDescription("Creates a client. The secret is in this answer and nowhere else; the answer is not kept for an Idempotency-Key.")]
    private static async Task<IResult> CreateAsync(
        CreateClient request, HttpContext http, TenantDirectory tenants, IEventStore store, ClientChanges changes, CancellationToken cancellation)
    {
        if (request.Reject() is { } rejection) return rejection.ToProblem();
        if (request.Tenant != Caller.AllTenants && !await tenants.HasAsync(request.Tenant, cancellation)) return Tenant.Unknown(request.Tenant).ToProblem();
        string clientId = Guid.CreateVersion7().ToString("N");
        string secret = ClientSecret.New();
        var created = new ClientCreated(
            clientId, request.Tenant, [.. request.Scopes.Distinct(StringComparer.Ordinal)], ClientSecret.Sha256Of(secret), request.Authority, request.Isolated);
        return await ChangeAsync(http, store, changes, clientId, client => Client.Create(client, created),
            client => TypedResults.Created($"/access/clients/{clientId}", ClientWithSecret.Of(client, secret)), cancellation);
    }

    private static async Task<IResult> ShowAsync(string clientId, ClientDirectory directory, HttpContext http, CancellationToken cancellation)
    {
        var found = await directory.FindAsync(clientId, cancellation);
        if (found.State is not { } client) return Client.NotFound.ToProblem();
        http.Response.Headers.ETag = ETags.Of(found.Version);
        return TypedResults.Ok(ClientView.Of(client));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, ClientDirectory directory, TenantDirectory tenants, CancellationToken cancellation, string? tenant = null)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        if (tenant is not (null or Caller.AllTenants) && !await tenants.HasAsync(tenant, cancellation)) return Tenant.UnknownInQuery(tenant).ToProblem();
        var found = await directory.ListAsync(tenant, page.Value.After ?? "", page.Value.Limit + 1, cancellation);
        return page.Value.Answer(http, [.. found.Select(ClientView.Of)], client => client.ClientId);
    }

    [EndpointDescription("Gives the client a new secret; the old one ends at once. The secret is in this answer and nowhere else.")]
    private static Task<IResult> RotateAsync(string clientId, HttpContext http, IEventStore store, ClientChanges changes, CancellationToken cancellation)
    {
        string secret = ClientSecret.New();
        return ChangeAsync(http, store, changes, clientId, client => Client.Rotate(client, ClientSecret.Sha256Of(secret)),
            client => TypedResults.Ok(ClientWithSecret.Of(client, secret)), cancellation);
    }

    private static async Task<IResult> RevokeAsync(string clientId, RevokeClient? request, HttpContext http, CommandEndpoint commands, ClientChanges changes)
    {
        http.ActFor(ClientDirectory.Tenant);
        var answer = await commands.RunAsync(http, Client.StreamOf(clientId), Client.Decider, client => Client.Revoke(client, request?.Reason),
            (client, _) => ClientView.Of(client!));
        await changes.AnnounceAsync();
        return answer;
    }

    private static async Task FollowAsync(HttpContext http, ClientChanges changes, IHostApplicationLifetime host)
    {
        http.Response.ContentType = "application/x-ndjson";
        // Without an end of its own it must not hold up the host's.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, host.ApplicationStopping);
        try
        {
            await foreach (var batch in changes.ListenAsync(end.Token))
            {
                await http.Response.WriteAsync(JsonSerializer.Serialize(batch, JsonSerializerOptions.Web) + "\n", end.Token);
                await http.Response.Body.FlushAsync(end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The listener left, or we do.
        }
    }

    /// <summary>
    /// Not by way of <see cref="CommandEndpoint"/>: it would keep the answer for a repeated request, and with it the secret.
    /// </summary>
    private static async Task<IResult> ChangeAsync(
        HttpContext http, IEventStore store, ClientChanges changes, string clientId, Func<Client?, Decision> decide, Func<Client, IResult> answer,
        CancellationToken cancellation)
    {
        http.ActFor(ClientDirectory.Tenant);
        string stream = Client.StreamOf(clientId);
        var loaded = await store.LoadAsync(ClientDirectory.Tenant, stream, Client.Decider, cancellation);
        var decision = decide(loaded.State);
        if (decision.Rejection is { } rejection) return rejection.ToProblem();
        var work = new UnitOfWork(http.EventContext());
        work.Append(stream, loaded.Version, decision.Events);
        if ((await store.CommitAsync(work, cancellation)).Rejection is { } conflict) return conflict.ToProblem();
        if (loaded.State is not null) await changes.AnnounceAsync();
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.ETag = ETags.Of(loaded.Version + decision.Events.Length);
        return answer(Client.Decider.Fold(loaded.State, decision.Events)!);
    }
}

/// <param name="Tenant">A tenant, or <c>*</c> for an operator or a service.</param>
/// <param name="Authority">How its xAPI statements are signed, an agent; without it an account of the client's own.</param>
/// <param name="Isolated">Through xAPI it sees only what it stored itself.</param>
public sealed record CreateClient(
    [property: Description("A tenant's slug, or * for an operator or a service")] string Tenant,
    ImmutableArray<string> Scopes,
    [property: Description("The agent that its xAPI statements are signed by; without it an account of the client's own")] ClientAuthority? Authority = null,
    [property: Description("Through xAPI it sees only what it stored itself")] bool Isolated = false)
{
    public Rejection? Reject()
    {
        var scopes = Scopes.IsDefault ? [] : Scopes;
        if (scopes.IsEmpty) return Rejection.Invalid("client-scopes-missing", "A client needs at least one scope.", $"Give some of: {string.Join(", ", WebDefaults.Scopes.All)}.", "/scopes");
        if (scopes.FirstOrDefault(scope => !WebDefaults.Scopes.All.Contains(scope)) is { } unknown)
            return Rejection.Invalid("scope-unknown", $"'{unknown}' is not a scope.", $"The scopes are: {string.Join(", ", WebDefaults.Scopes.All)}.", "/scopes");
        if (Authority?.Reject() is { } refused) return refused;
        bool across = scopes.Any(WebDefaults.Scopes.IsAcrossTenants);
        if (Tenant == Caller.AllTenants)
        {
            return across ? null : Rejection.Invalid("client-tenant-needed", "Only an operator or a service acts for all tenants.", "Name an institution, or give it the scope operator or service.", "/tenant");
        }
        if (!TenantName.IsValid(Tenant))
            return TenantName.Invalid;
        return across ? Rejection.Invalid("scope-not-for-tenant", "operator and service are scopes for the tenant '*'.", "Leave them out, or make a client for the tenant '*'.", "/scopes") : null;
    }
}

public sealed record RevokeClient(string? Reason = null);

public sealed record ClientView(string ClientId, string Tenant, IReadOnlyList<string> Scopes, bool Revoked, ClientAuthority? Authority, bool Isolated)
{
    public static ClientView Of(Client client) => new(client.ClientId, client.Tenant, client.Scopes, client.IsRevoked, client.Authority, client.IsIsolated);
}

public sealed record ClientWithSecret(string ClientId, string ClientSecret, string Tenant, IReadOnlyList<string> Scopes)
{
    public static ClientWithSecret Of(Client client, string secret) => new(client.ClientId, secret, client.Tenant, client.Scopes);
}

/// <param name="KeyId">The key that signs from now on.</param>
public sealed record KeyView(string KeyId);
