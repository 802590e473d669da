using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// What remains of a learner when the key is gone: achievements that stand are withdrawn, and the rows by which statements,
/// attachments and documents are found go, in one transaction. What others' statements say of the learner needs nothing
/// here: it is under the learner's own key.
/// </summary>
internal sealed class RecordTraces(IEventStore store, TenantReader reader) : IPersonalTraces
{
    private const int Attempts = 5;

    public async Task<Result<IReadOnlyDictionary<string, int>>> ClearAsync(EventContext context, string subject, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var (work, found) = await PrepareAsync(context, subject, cancellation);
            var rejection = (await store.CommitAsync(work, cancellation)).Rejection;
            if (rejection is null) return found;
            // A statement of the learner was voided meanwhile: look again.
            if (rejection.Code != "stream-version-conflict" || attempt == Attempts) return rejection;
        }
    }

    private async Task<(UnitOfWork Work, Dictionary<string, int> Found)> PrepareAsync(EventContext context, string learnerId, CancellationToken cancellation)
    {
        NpgsqlParameter[] learner = [Text(context.Tenant), Text(learnerId)];
        var statements = await reader.QueryAsync(
            context.Tenant,
            "select id, seq from read.statement where tenant_id = $1 and learner_id = $2",
            learner,
            row => (Id: row.GetGuid(0), Seq: row.GetInt64(1)),
            cancellation);
        var documents = await reader.QueryAsync(
            context.Tenant, "select 1 from read.document where tenant_id = $1 and subject = $2 and etag is not null", Copy(learner), _ => 1, cancellation);
        var work = new UnitOfWork(context);
        foreach (var (id, _) in statements)
        {
            var loaded = await store.LoadAsync(context.Tenant, StatementStream.Name(id), StatementStream.Decider, cancellation);
            work.Append(StatementStream.Name(id), loaded.Version, StatementStream.Withdraw(loaded.State, "erased").Events);
        }
        work.Write(new GuardedWrite("delete from read.attachment where tenant_id = $1 and learner_id = $2", Copy(learner)));
        work.Write(new GuardedWrite("update read.document set etag = null where tenant_id = $1 and subject = $2", Copy(learner)));
        work.Write(new GuardedWrite(
            "delete from read.statement where tenant_id = $1 and id = any ($2)",
            [Text(context.Tenant), Uuids(statements.Select(statement => statement.Id))]));
        work.Write(new GuardedWrite(
            "delete from read.statement_term where tenant_id = $1 and seq = any ($2)",
            [Text(context.Tenant), Numbers(statements.Select(statement => statement.Seq))]));
        return (work, new() { ["statements"] = statements.Count, ["documents"] = documents.Count });
    }

    private static NpgsqlParameter[] Copy(NpgsqlParameter[] parameters) => Array.ConvertAll(parameters, parameter => parameter.Clone());
}
