using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pathways.Kernel;
using Pathways.Messaging.Topology;

namespace Pathways.Access.FeedUsers;

/// <param name="User">At the broker.</param>
/// <param name="Name">The operator's, within the tenant; empty for its first.</param>
/// <param name="PasswordHash">As the broker keeps it: of 256 random bits, so that nobody gets back to them.</param>
public sealed record FeedUserCreated(string User, string Tenant, string Name, string PasswordHash);

public sealed record FeedUserRotated(string User, string PasswordHash);

public sealed record FeedUserRevoked(string User, string? Reason);

/// <summary>A broker user with which an institution reads its own queues of the feed.</summary>
/// <param name="PasswordHash">Null: it is revoked.</param>
public sealed record FeedUser(string User, string Tenant, string Name, string? PasswordHash)
{
    public bool IsRevoked => PasswordHash is null;
}

/// <summary>All of them, decided in the stream <see cref="Stream"/>, above the tenants. The broker is made to agree with it.</summary>
public sealed partial record FeedUserSet(ImmutableSortedDictionary<string, FeedUser> ByUser)
{
    public const string Stream = "feed-users";

    private const int MostOfTenant = 20;
    private const int LongestReason = 200;

    public static Decider<FeedUserSet> Decider { get; } = new(
        new FeedUserSet(ImmutableSortedDictionary.Create<string, FeedUser>(StringComparer.Ordinal)),
        (state, @event) => @event switch
        {
            FeedUserCreated created => state.With(new FeedUser(created.User, created.Tenant, created.Name, created.PasswordHash)),
            FeedUserRotated rotated => state.With(state.ByUser[rotated.User] with { PasswordHash = rotated.PasswordHash }),
            FeedUserRevoked revoked => state.With(state.ByUser[revoked.User] with { PasswordHash = null }),
            _ => throw new InvalidOperationException($"{@event.GetType().Name} is not an event of feed users."),
        });

    /// <summary>A revoked one may be created again, with another secret.</summary>
    public static Decision Create(FeedUserSet state, string tenant, string name, string passwordHash)
    {
        if (name.Length > 0 && !ValidName().IsMatch(name))
            return Rejection.Invalid("feed-user-name-invalid", "A feed user's name has 1 to 40 lower-case letters, digits and hyphens.", "Name it so, or leave the name out for the institution's first.", "/name");
        string user = BrokerTopology.OfInstitution(tenant, name);
        if (state.ByUser.GetValueOrDefault(user) is { IsRevoked: false })
            return Rejection.Conflict("feed-user-exists", $"{user} exists.", "Rotate it for a new secret, or name another.");
        if (state.ByUser.Values.Count(known => known.Tenant == tenant && !known.IsRevoked) >= MostOfTenant)
            return Rejection.Conflict("too-many-feed-users", $"An institution has at most {MostOfTenant} feed users.", "Revoke those that are not used any more.");
        return Decision.Accept(new FeedUserCreated(user, tenant, name, passwordHash));
    }

    public static Decision Rotate(FeedUserSet state, string user, string passwordHash) => state.ByUser.GetValueOrDefault(user) switch
    {
        null => NotFound,
        { IsRevoked: true } => Rejection.Conflict("feed-user-revoked", $"{user} is revoked.", "Create it again."),
        _ => Decision.Accept(new FeedUserRotated(user, passwordHash)),
    };

    public static Decision Revoke(FeedUserSet state, string user, string? reason) => state.ByUser.GetValueOrDefault(user) switch
    {
        _ when reason?.Length > LongestReason => Rejection.Invalid("reason-too-long", $"The reason is at most {LongestReason} characters.", "Shorten it.", "/reason"),
        null => NotFound,
        { IsRevoked: true } => Decision.Nothing,
        _ => Decision.Accept(new FeedUserRevoked(user, reason)),
    };

    private static Rejection NotFound => Rejection.NotFound("feed-user-not-found", "There is no such feed user.", "GET /access/feed-users (deploy/pathways feed user list) tells which there are.");

    private FeedUserSet With(FeedUser user) => new(ByUser.SetItem(user.User, user));

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex ValidName();
}
