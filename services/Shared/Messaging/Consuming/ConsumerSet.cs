using Microsoft.Extensions.DependencyInjection;

namespace Pathways.Messaging.Consuming;

/// <summary>The types of a service's reactions, as it registered them.</summary>
internal sealed record ReactionTypes(IReadOnlyList<Type> Types);

/// <summary>One consumer for each source that this service takes events of.</summary>
internal sealed class ConsumerSet
{
    private readonly Dictionary<string, Consumer> _bySource = [];

    public ConsumerSet(ReactionTypes reactions, IServiceProvider services)
    {
        using var scope = services.CreateScope();
        foreach (var type in reactions.Types)
        {
            string source = ((IReaction)scope.ServiceProvider.GetRequiredService(type)).Source;
            var consumer = ActivatorUtilities.CreateInstance<Consumer>(services, type, source);
            if (!_bySource.TryAdd(source, consumer)) throw new InvalidOperationException($"Two reactions take the events of {source}.");
        }
    }

    public IReadOnlyCollection<Consumer> All => _bySource.Values;

    public Consumer? Of(string source) => _bySource.GetValueOrDefault(source);
}
