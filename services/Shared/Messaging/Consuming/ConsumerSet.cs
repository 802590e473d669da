using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Consuming;

/// <summary>The types of a service's reactions, as it registered them.</summary>
internal sealed record ReactionTypes(IReadOnlyList<RegisteredReaction> Types);

/// <param name="LaneOf">What has one key goes one after the other; null: everything does.</param>
internal sealed record RegisteredReaction(Type Type, Func<IncomingEvent, string>? LaneOf);

/// <summary>One consumer for each source that this service takes events of.</summary>
internal sealed class ConsumerSet
{
    private readonly Dictionary<string, Consumer> _bySource = [];

    public ConsumerSet(ReactionTypes reactions, IServiceProvider services)
    {
        using var scope = services.CreateScope();
        foreach (var (type, laneOf) in reactions.Types)
        {
            string source = ((IReaction)scope.ServiceProvider.GetRequiredService(type)).Source;
            var consumer = ActivatorUtilities.CreateInstance<Consumer>(services, type, source, new Lanes(laneOf));
            if (!_bySource.TryAdd(source, consumer)) throw new InvalidOperationException($"Two reactions take the events of {source}.");
        }
    }

    public IReadOnlyCollection<Consumer> All => _bySource.Values;

    public Consumer? Of(string source) => _bySource.GetValueOrDefault(source);
}
