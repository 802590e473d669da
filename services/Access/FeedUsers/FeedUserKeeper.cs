using Pathways.Access.Clients;
using Pathways.EventStore;
using Pathways.EventStore.Reading;
using Pathways.Messaging.Feed;
using Pathways.Messaging.Topology;

namespace Pathways.Access.FeedUsers;

/// <summary>
/// Makes the broker agree with the log: at once when an operator has decided something, and by looking every few seconds, from the
/// start on, for what could not be done while the broker was away, and for a broker that has lost its users.
/// </summary>
internal sealed class FeedUserKeeper(InstitutionUsers broker, IEventStore store, TimeProvider time, ILogger<FeedUserKeeper> logger)
    : PeriodicService(TimeSpan.FromSeconds(10), time, logger, atOnce: true)
{
    public bool HasBroker => broker.CanBeAdministered;

    public async Task<Loaded<FeedUserSet>> LoadAsync(CancellationToken cancellation)
        => await store.LoadAsync(ClientDirectory.Tenant, FeedUserSet.Stream, FeedUserSet.Decider, cancellation);

    /// <summary>Which of the users the broker has as they were decided; null when it can't be asked.</summary>
    public async Task<IReadOnlySet<string>?> InEffectAsync(FeedUserSet decided, CancellationToken cancellation)
    {
        if (!HasBroker) return null;
        try
        {
            var there = await broker.AllAsync(cancellation);
            return decided.ByUser.Values.Where(user => Agrees(user, there.GetValueOrDefault(user.User))).Select(user => user.User).ToHashSet();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Logger.LogWarning("The broker's users can't be looked at: {Error}", e.Message);
            return null;
        }
    }

    /// <summary>False when the broker can't be reached: it is done when it comes back.</summary>
    public async Task<bool> ApplyAsync(string name, CancellationToken cancellation)
    {
        try
        {
            // As it is decided now: another operator or replica may have gone on.
            if ((await LoadAsync(cancellation)).State.ByUser.GetValueOrDefault(name) is not { } user) return true;
            if (user.PasswordHash is { } hash) await broker.MakeAsync(user.User, user.Tenant, hash, cancellation);
            else await broker.EndAsync(user.User, cancellation);
            return true;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            Logger.LogError("The broker does not have {User} as it was decided: {Error}", name, e.Message);
            return false;
        }
    }

    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        var decided = (await LoadAsync(cancellation)).State;
        if (decided.ByUser.IsEmpty || await InEffectAsync(decided, cancellation) is not { } inEffect) return;
        foreach (string user in decided.ByUser.Keys.Where(user => !inEffect.Contains(user)))
        {
            if (await ApplyAsync(user, cancellation)) Logger.LogWarning("{User} is at the broker again as it was decided", user);
        }
    }

    private static bool Agrees(FeedUser decided, BrokerUser? there) => decided.IsRevoked
        ? there is null
        : there is not null && there.PasswordHash == decided.PasswordHash && there.Reads == BrokerTopology.AllOfInstitution(decided.Tenant);
}
