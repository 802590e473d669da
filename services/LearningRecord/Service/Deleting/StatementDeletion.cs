using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Deleting;

/// <summary>What is to be deleted. What is null is not asked; statements that match only by a reference stay.</summary>
public sealed record DeletionFilter(string? Verb = null, string? Activity = null, Guid? Registration = null, JsonElement? Agent = null, DateTimeOffset? StoredSince = null, DateTimeOffset? StoredUntil = null)
{
    internal Rejection? Reject()
    {
        if (Verb is null && Activity is null && Registration is null && Agent is null && StoredSince is null && StoredUntil is null)
            return Rejection.Invalid("filter-empty", "A filter that asks nothing would delete everything.", "Give storedUntil to delete whatever is older.", "/filter");
        if (Verb is { } verb && !Iri.IsValid(verb)) return Rejection.Invalid("filter-invalid", "The verb must be an IRI.", "Give an absolute IRI with its scheme.", "/filter/verb");
        if (Activity is { } activity && !Iri.IsValid(activity)) return Rejection.Invalid("filter-invalid", "The activity must be an IRI.", "Give an absolute IRI with its scheme.", "/filter/activity");
        if (Agent is not { } agent) return null;
        if (StatementRules.CheckActor(agent) is { } breach) return breach with { Place = "/filter/agent" + breach.Place };
        return Identity.Of(agent) is null ? Rejection.Invalid("filter-invalid", "The agent must be identified.", "Give exactly one of mbox, mbox_sha1sum, openid and account.", "/filter/agent") : null;
    }

    internal StatementQuery ToQuery(string tenant, Pseudonyms pseudonyms, int limit)
    {
        var filters = new List<TermFilter>();
        if (Registration is { } registration) filters.Add(TermFilter.Of(pseudonyms, tenant, TermKind.Registration, registration.ToString("D")));
        if (Agent is { } agent) filters.Add(TermFilter.Of(pseudonyms, tenant, TermKind.Agent, Identity.Of(agent)!.Canonical));
        if (Activity is not null) filters.Add(TermFilter.Of(pseudonyms, tenant, TermKind.Activity, Activity));
        if (Verb is not null) filters.Add(TermFilter.Of(pseudonyms, tenant, TermKind.Verb, Verb));
        return new StatementQuery(
            filters, StoredSince is { } since ? StoredClock.LastOf(since) : 0, StoredUntil is { } until ? StoredClock.LastOf(until) : long.MaxValue, Ascending: true, limit)
        {
            IncludesVoided = true,
            OnlyThemselves = true,
        };
    }
}

/// <summary>
/// Deletes statements by a filter, some at a time, each lot in one transaction: an event in every statement's stream, its
/// achievement withdrawn, and whatever it was found by gone. Broken off, it is simply started again.
/// </summary>
internal sealed class StatementDeletion(IEventStore store, StatementTable table, Pseudonyms pseudonyms)
{
    private const int Lot = 200;
    private const int Attempts = 5;

    public Task<long> CountAsync(string tenant, DeletionFilter filter, CancellationToken cancellation)
        => table.CountAsync(tenant, filter.ToQuery(tenant, pseudonyms, int.MaxValue), cancellation);

    public async Task<Result<StatementsDeleted>> DeleteAsync(EventContext context, DeletionFilter filter, string reason, CancellationToken cancellation)
    {
        var deletionId = Guid.CreateVersion7();
        int deleted = 0;
        var query = filter.ToQuery(context.Tenant, pseudonyms, Lot);
        while (await table.IdsAsync(context.Tenant, query, cancellation) is { Count: > 0 } found)
        {
            var lot = await DeleteAsync(context, deletionId, found, cancellation);
            if (!lot.IsAccepted) return lot.Rejection;
            deleted += lot.Value;
        }
        var done = new StatementsDeleted(deletionId, deleted, reason, filter.Verb, filter.Activity, filter.StoredUntil, filter.Agent is not null);
        var work = new UnitOfWork(context);
        work.Append($"deletion-{deletionId:D}", 0, [done]);
        return (await store.CommitAsync(work, cancellation)).Rejection is { } refused ? refused : done;
    }

    /// <returns>How many; another deletion may have been at the same ones.</returns>
    private async Task<Result<int>> DeleteAsync(EventContext context, Guid deletionId, IReadOnlyList<(Guid Id, long Seq)> found, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var work = await PrepareAsync(context, deletionId, found, cancellation);
            var rejection = (await store.CommitAsync(work, cancellation)).Rejection;
            // One of them was voided meanwhile: look again.
            if (rejection is null) return work.Appends.Count;
            if (rejection.Code != "stream-version-conflict" || attempt == Attempts) return rejection;
        }
    }

    private async Task<UnitOfWork> PrepareAsync(EventContext context, Guid deletionId, IReadOnlyList<(Guid Id, long Seq)> found, CancellationToken cancellation)
    {
        var ids = found.Select(statement => statement.Id).ToList();
        var work = new UnitOfWork(context);
        foreach (var id in ids)
        {
            var loaded = await store.LoadAsync(context.Tenant, StatementStream.Name(id), StatementStream.Decider, cancellation);
            work.Append(StatementStream.Name(id), loaded.Version, StatementStream.Delete(loaded.State, id, deletionId).Events);
        }
        var terms = await TermsAsync(context.Tenant, ids, cancellation);
        work.Write(new GuardedWrite(
            """
            delete from read.statement_term t using unnest($2, $3, $4) as gone (term, seq, via)
            where t.tenant_id = $1 and t.term = gone.term and t.seq = gone.seq and t.via = gone.via
            """,
            [Text(context.Tenant), Numbers(terms, term => term.Term), Numbers(terms, term => term.Seq), Numbers(terms, term => term.Via)]));
        work.Write(new GuardedWrite("delete from read.attachment where tenant_id = $1 and statement_id = any ($2)", [Text(context.Tenant), Uuids(ids)]));
        work.Write(new GuardedWrite("delete from read.statement where tenant_id = $1 and id = any ($2)", [Text(context.Tenant), Uuids(ids)]));
        return work;
    }

    /// <summary>Their own, and those by which statements that refer to them are found through them.</summary>
    private async Task<List<TermRow>> TermsAsync(string tenant, List<Guid> ids, CancellationToken cancellation)
    {
        var referrers = (await table.ReferrersAsync(tenant, ids, cancellation)).ToLookup(referrer => referrer.Target, referrer => referrer.Seq);
        var rows = new List<TermRow>();
        foreach (var statement in await table.TextsAsync(tenant, ids, cancellation))
        {
            using var document = JsonDocument.Parse(statement.Json);
            var terms = Term.Of(document.RootElement, document.RootElement.GetProperty("authority")).Append(new Term(TermKind.NotDefining, ""));
            foreach (long term in terms.Select(term => pseudonyms.Term(tenant, term)))
            {
                rows.Add(new TermRow(term, statement.Seq, statement.Seq));
                rows.AddRange(referrers[statement.Id].Select(referrer => new TermRow(term, referrer, statement.Seq)));
            }
        }
        return rows;
    }

    private static NpgsqlParameter Numbers(List<TermRow> rows, Func<TermRow, long> value)
        => new() { Value = rows.ConvertAll(row => value(row)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
