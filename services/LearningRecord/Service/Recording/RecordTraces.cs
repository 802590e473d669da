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
/// attachments and documents are found go. It is done in lots, each in one transaction: of a learner with very many statements
/// a call may be broken off, and the next one goes on. What others' statements say of the learner needs nothing here: it is
/// under the learner's own key.
/// </summary>
internal sealed class RecordTraces(IEventStore store, TenantReader reader) : IPersonalTraces
{
    private const int Lot = 200;

    // Terms are not found by their statement: each of these lots reads all that there are.
    private const int TermsLot = 20_000;
    private const int Attempts = 5;

    public async Task<Result<IReadOnlyDictionary<string, int>>> ClearAsync(EventContext context, string subject, CancellationToken cancellation)
    {
        NpgsqlParameter[] learner = [Text(context.Tenant), Text(subject)];
        var statements = await reader.QueryAsync(
            context.Tenant,
            "select id, seq from read.statement where tenant_id = $1 and learner_id = $2 order by seq",
            Copy(learner),
            row => new Found(row.GetGuid(0), row.GetInt64(1)),
            cancellation);
        var documents = await reader.QueryAsync(
            context.Tenant, "select 1 from read.document where tenant_id = $1 and subject = $2 and etag is not null", Copy(learner), _ => 1, cancellation);

        var beside = new UnitOfWork(context);
        beside.Write(new GuardedWrite("delete from read.attachment where tenant_id = $1 and learner_id = $2", Copy(learner)));
        beside.Write(new GuardedWrite("update read.document set etag = null where tenant_id = $1 and subject = $2", Copy(learner)));
        if ((await store.CommitAsync(beside, cancellation)).Rejection is { } refused) return refused;
        // Before the statements: by those a repeated call knows which terms are left.
        foreach (var lot in statements.Chunk(TermsLot))
        {
            if (await ClearTermsAsync(context, lot, cancellation) is { } rejection) return rejection;
        }
        foreach (var lot in statements.Chunk(Lot))
        {
            if (await WithdrawAsync(context, lot, cancellation) is { } rejection) return rejection;
        }
        return new Dictionary<string, int> { ["statements"] = statements.Count, ["documents"] = documents.Count };
    }

    private async Task<Rejection?> ClearTermsAsync(EventContext context, Found[] lot, CancellationToken cancellation)
    {
        var work = new UnitOfWork(context);
        work.Write(new GuardedWrite(
            "delete from read.statement_term where tenant_id = $1 and seq = any ($2)",
            [Text(context.Tenant), Numbers(lot.Select(statement => statement.Seq))]));
        return (await store.CommitAsync(work, cancellation)).Rejection;
    }

    private async Task<Rejection?> WithdrawAsync(EventContext context, Found[] lot, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var work = new UnitOfWork(context);
            foreach (var (id, _) in lot)
            {
                var loaded = await store.LoadAsync(context.Tenant, StatementStream.Name(id), StatementStream.Decider, cancellation);
                work.Append(StatementStream.Name(id), loaded.Version, StatementStream.Withdraw(loaded.State, "erased").Events);
            }
            work.Write(new GuardedWrite(
                "delete from read.statement where tenant_id = $1 and id = any ($2)",
                [Text(context.Tenant), Uuids(lot.Select(statement => statement.Id))]));
            var rejection = (await store.CommitAsync(work, cancellation)).Rejection;
            // A statement of the learner was voided meanwhile: look again.
            if (rejection?.Code != "stream-version-conflict" || attempt == Attempts) return rejection;
        }
    }

    private static NpgsqlParameter[] Copy(NpgsqlParameter[] parameters) => Array.ConvertAll(parameters, parameter => parameter.Clone());

    private sealed record Found(Guid Id, long Seq);
}
