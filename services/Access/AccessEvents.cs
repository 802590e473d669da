using Pathways.Access.Clients;
using Pathways.Access.FeedUsers;
using Pathways.Access.Tenants;

namespace Pathways.Access;

/// <summary>The stored events by their stored names.</summary>
public static class AccessEvents
{
    public static IReadOnlyDictionary<string, Type> Types { get; } = new Dictionary<string, Type>
    {
        ["client_created"] = typeof(ClientCreated),
        ["client_secret_rotated"] = typeof(ClientSecretRotated),
        ["client_revoked"] = typeof(ClientRevoked),
        ["tenant_added"] = typeof(TenantAdded),
        ["feed_user_created"] = typeof(FeedUserCreated),
        ["feed_user_rotated"] = typeof(FeedUserRotated),
        ["feed_user_revoked"] = typeof(FeedUserRevoked),
    };
}
