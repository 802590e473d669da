using System.Collections.Immutable;
using Pathways.Kernel;

namespace Pathways.Access.Clients;

/// <param name="Authority">How its statements are signed; null for an account of the client's own.</param>
/// <param name="Isolated">Of the record it sees only what it stored itself.</param>
public sealed record ClientCreated(
    string ClientId, string Tenant, ImmutableArray<string> Scopes, string SecretSha256, ClientAuthority? Authority = null, bool Isolated = false);

public sealed record ClientSecretRotated(string SecretSha256);

public sealed record ClientRevoked(string? Reason);

/// <summary>A machine that may ask for tokens: for which tenant, with which scopes, knowing which secret.</summary>
/// <param name="SecretSha256">Hex. The secret is 256 random bits, so a plain hash keeps it; a slow password hash would only slow us.</param>
public sealed record Client(string ClientId, string Tenant, ImmutableArray<string> Scopes, string SecretSha256, bool IsRevoked)
{
    public ClientAuthority? Authority { get; init; }

    public bool IsIsolated { get; init; }

    /// <summary>Rises when the client is created, rotated or revoked: a token of an earlier one is over. 0 for a configured client.</summary>
    public int Generation { get; init; }

    private const int LongestReason = 200;

    public static Decider<Client?> Decider { get; } = new(Initial: null, Evolve);

    public static string StreamOf(string clientId) => $"client-{clientId}";

    public static Decision Create(Client? client, ClientCreated created) => client is null
        ? Decision.Accept(created)
        : Rejection.Conflict("client-exists", "A client with this id exists.", "Repeat the request; it gets another id.");

    public static Decision Rotate(Client? client, string secretSha256) => client switch
    {
        null => NotFound,
        { IsRevoked: true } => Rejection.Conflict("client-revoked", "The client is revoked.", "Create a new client."),
        _ => Decision.Accept(new ClientSecretRotated(secretSha256)),
    };

    public static Decision Revoke(Client? client, string? reason) => client switch
    {
        _ when reason?.Length > LongestReason => Rejection.Invalid("reason-too-long", $"The reason is at most {LongestReason} characters.", "Shorten it.", "/reason"),
        null => NotFound,
        { IsRevoked: true } => Decision.Nothing,
        _ => Decision.Accept(new ClientRevoked(reason)),
    };

    public static Rejection NotFound => Rejection.NotFound("client-not-found", "There is no client with this id.", "List the clients with GET /access/clients (deploy/pathways client list).");

    private static Client? Evolve(Client? client, object @event) => (client, @event) switch
    {
        (null, ClientCreated created) => new(created.ClientId, created.Tenant, created.Scopes, created.SecretSha256, IsRevoked: false)
        {
            Authority = created.Authority,
            IsIsolated = created.Isolated,
            Generation = 1,
        },
        ({ } known, ClientSecretRotated rotated) => known with { SecretSha256 = rotated.SecretSha256, Generation = known.Generation + 1 },
        ({ } known, ClientRevoked) => known with { IsRevoked = true, Generation = known.Generation + 1 },
        _ => throw new InvalidOperationException($"{@event.GetType().Name} does not follow in a client's stream."),
    };
}
