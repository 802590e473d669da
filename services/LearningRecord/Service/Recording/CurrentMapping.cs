using System.Collections.Concurrent;
using Pathways.EventStore;
using Pathways.LearningRecord.Domain.Mapping;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// The rules that an institution's statements are mapped by now. They change seldom and every statement needs them: they are
/// kept for a moment, so another process's change counts within it, and this one's at once.
/// </summary>
internal sealed class CurrentMapping(IEventStore store, TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (MappingRules Rules, DateTimeOffset At)> _known = new(StringComparer.Ordinal);

    public async ValueTask<MappingRules> OfAsync(string tenant, CancellationToken cancellation)
    {
        if (_known.TryGetValue(tenant, out var known) && known.At + Kept > clock.GetUtcNow()) return known.Rules;
        var at = clock.GetUtcNow();
        var rules = TenantMapping.RulesOf((await store.LoadAsync(tenant, TenantMapping.Stream, TenantMapping.Decider, cancellation)).State);
        _known[tenant] = (rules, at);
        return rules;
    }

    public void Forget(string tenant) => _known.TryRemove(tenant, out _);
}
