using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Sealing;
using Pathways.EventStore.Subscriptions;

namespace Pathways.EventStore.Following;

/// <summary>One loop for each registered projection and subscription, independent of one another.</summary>
internal sealed class FollowersService(
    IEnumerable<IProjection> projections, IEnumerable<ISubscription> subscriptions,
    [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, EventTypes types,
    LogSignal signal, EventStoreStatus status, TimeProvider time, ILogger<FollowersService> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var followers = new List<Follower>();
        followers.AddRange(projections.Select(projection => new ProjectionFollower(projection, source, types, time)));
        followers.AddRange(subscriptions.Select(subscription => new SubscriptionFollower(subscription, source, types, time)));
        return Task.WhenAll(followers.Select(follower => new FollowerLoop(follower, signal, status, time, logger).RunAsync(stoppingToken)));
    }
}
