using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Portfolio;

namespace Pathways.LearningRecord.Portfolio;

/// <summary>An erased learner has no portfolio: its rows and files go, and each piece's stream says so.</summary>
internal sealed class EvidenceTraces(IEventStore store, EvidenceTable table) : IPersonalTraces
{
    private const int Attempts = 5;

    public async Task<Result<IReadOnlyDictionary<string, int>>> ClearAsync(EventContext context, string subject, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var ids = await table.IdsAsync(context.Tenant, subject, cancellation);
            var work = new UnitOfWork(context);
            foreach (string id in ids)
            {
                var loaded = await store.LoadAsync(context.Tenant, Evidence.Stream(id), Evidence.Decider, cancellation);
                work.Append(Evidence.Stream(id), loaded.Version, Evidence.Delete(loaded.State, id, subject, "erased").Events);
                work.Write(EvidenceTable.Remove(context.Tenant, id));
            }
            var rejection = work.IsEmpty ? null : (await store.CommitAsync(work, cancellation)).Rejection;
            if (rejection is null) return new Dictionary<string, int> { ["evidence"] = ids.Count };
            // A piece was deleted or linked meanwhile: look again.
            if (rejection.Code != "stream-version-conflict" || attempt == Attempts) return rejection;
        }
    }
}
