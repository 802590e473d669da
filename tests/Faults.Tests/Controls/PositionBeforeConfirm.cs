using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Subscriptions;
using Pathways.Messaging.Broker;
using Pathways.Messaging.Publishing;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults.Controls;

/// <summary>
/// The publisher's process ends while the broker has not confirmed; another one goes on. The mutant stores its position
/// before the confirm.
/// </summary>
internal static class PositionBeforeConfirm
{
    private static readonly int[] Numbers = [.. Enumerable.Range(1, 10)];

    public static async Task<IReadOnlyList<Violation>> RunAsync(TestServers servers, bool mutated, CancellationToken cancellation)
    {
        var broker = new SilentBroker();
        await using var world = await TwoServices.StartSourceAsync(
            await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync(), replicas: 1,
            services =>
            {
                services.Replace(ServiceDescriptor.Singleton<IBroker>(broker));
                if (mutated) Hurry(services);
            });
        foreach (int number in Numbers) await world.AchieveAsync($"stream-{number}", [number]);
        await Eventually.TrueAsync(() => broker.Asked > 0, TwoServices.Patience, "the publisher waits for a confirm", cancellation);
        if (mutated) await world.PublishedAsync(Numbers.Length);

        await world.RestartSourceAsync();
        await world.StartTakerAsync();
        await world.AchieveAsync("probe", [99]);
        await world.NotedAsync("probe", 1);

        // The publisher keeps the log's order between batches, so whatever it has published is there before the probe or right after.
        var notes = new List<int>();
        foreach (int number in Numbers) notes.AddRange(await NotesAsync(world, number, cancellation));
        return Effects.Violations(Numbers, notes);
    }

    /// <summary>What comes within a moment.</summary>
    private static async Task<IReadOnlyList<int>> NotesAsync(TwoServices world, int number, CancellationToken cancellation)
    {
        using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        moment.CancelAfter(TimeSpan.FromSeconds(1));
        while (!moment.IsCancellationRequested)
        {
            if (await world.NotesAsync($"stream-{number}") is { Count: > 0 } notes) return notes;
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
        }

        return [];
    }

    private static void Hurry(IServiceCollection services)
    {
        var publisher = services.Single(service => service.ServiceType == typeof(ISubscription));
        services.Remove(publisher);
        services.AddSingleton<ISubscription>(provider => new Hurried((ISubscription)ActivatorUtilities.CreateInstance(provider, publisher.ImplementationType!)));
    }

    /// <summary>Takes every message and never confirms.</summary>
    private sealed class SilentBroker : IBroker
    {
        private int _asked;

        public int Asked => _asked;

        public Task PublishAsync(OutgoingMessage message, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            return Task.Delay(Timeout.Infinite, cancellation);
        }
    }

    /// <summary>Says that it has published when it has only begun to.</summary>
    private sealed class Hurried(ISubscription publisher) : ISubscription
    {
        public string Name => publisher.Name;

        public Task HandleAsync(IReadOnlyList<SealedEvent> batch, CancellationToken cancellation)
        {
            _ = publisher.HandleAsync(batch, cancellation);
            return Task.CompletedTask;
        }
    }
}
