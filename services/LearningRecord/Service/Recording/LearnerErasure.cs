using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Recording;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// Erases a learner in an order that can be broken off anywhere and repeated: first the key, which makes every text
/// unreadable at once, then in one transaction the withdrawals, the rows and the event that says so.
/// </summary>
internal sealed class LearnerErasure(IEventStore store, TenantReader reader, IPersonalData personalData)
{
    private const int Attempts = 5;

    public async Task<Rejection?> EraseAsync(EventContext context, string learnerId, CancellationToken cancellation)
    {
        await personalData.EraseAsync(context.Tenant, learnerId, cancellation);
        for (int attempt = 1; ; attempt++)
        {
            var work = await PrepareAsync(context, learnerId, cancellation);
            var rejection = (await store.CommitAsync(work, cancellation)).Rejection;
            // A statement of the learner was stored or voided meanwhile: look again.
            if (rejection?.Code != "stream-version-conflict" || attempt == Attempts) return rejection;
        }
    }

    private async Task<UnitOfWork> PrepareAsync(EventContext context, string learnerId, CancellationToken cancellation)
    {
        var statements = await reader.QueryAsync(
            context.Tenant,
            "select id, seq from read.statement where tenant_id = $1 and learner_id = $2",
            [Text(context.Tenant), Text(learnerId)],
            row => (Id: row.GetGuid(0), Seq: row.GetInt64(1)),
            cancellation);
        var work = new UnitOfWork(context);
        foreach (var (id, _) in statements)
        {
            var loaded = await store.LoadAsync(context.Tenant, StatementStream.Name(id), StatementStream.Decider, cancellation);
            work.Append(StatementStream.Name(id), loaded.Version, StatementStream.Withdraw(loaded.State, "erased").Events);
        }
        work.Write(new GuardedWrite("delete from read.attachment where tenant_id = $1 and learner_id = $2", [Text(context.Tenant), Text(learnerId)]));
        work.Write(new GuardedWrite("update read.document set etag = null where tenant_id = $1 and subject = $2", [Text(context.Tenant), Text(learnerId)]));
        if (statements.Count == 0) return work;

        string stream = $"erasure-{learnerId}";
        long version = await VersionAsync(context.Tenant, stream, cancellation);
        work.Append(stream, version, [new LearnerErased(learnerId, statements.Count)]);
        work.Write(new GuardedWrite(
            "delete from read.statement where tenant_id = $1 and id = any ($2)",
            [Text(context.Tenant), new() { Value = statements.Select(statement => statement.Id).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }]));
        work.Write(new GuardedWrite(
            "delete from read.statement_term where tenant_id = $1 and seq = any ($2)",
            [Text(context.Tenant), new() { Value = statements.Select(statement => statement.Seq).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint }]));
        return work;
    }

    private async Task<long> VersionAsync(string tenant, string stream, CancellationToken cancellation)
    {
        long version = 0;
        await foreach (var recorded in store.ReadStreamAsync(tenant, stream, 0, cancellation)) version = recorded.Version;
        return version;
    }

    private static NpgsqlParameter Text(string value) => new() { Value = value, NpgsqlDbType = NpgsqlDbType.Text };
}
