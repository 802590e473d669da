using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.WebDefaults;

/// <summary>
/// Answers of which the address or the body names an erased person are emptied, with the hash of what was asked. The keys stay
/// taken: a sender that repeats itself is refused and brings nothing back.
/// </summary>
internal sealed class StoredAnswerTraces(IEventStore store, TenantReader reader) : IPersonalTraces
{
    public async Task<Result<IReadOnlyDictionary<string, int>>> ClearAsync(EventContext context, string subject, CancellationToken cancellation)
    {
        var named = await reader.QueryAsync(context.Tenant, StoredAnswers.CountNaming, [Text(context.Tenant), Text(subject)], row => row.GetInt32(0), cancellation);
        if (named[0] == 0) return new Dictionary<string, int>();
        var work = new UnitOfWork(context);
        work.Write(StoredAnswers.Empty(context.Tenant, subject));
        return (await store.CommitAsync(work, cancellation)).Rejection is { } rejection ? rejection : new Dictionary<string, int> { ["answers"] = named[0] };
    }
}
