using System.Text.Json;
using Npgsql;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Reading;

/// <summary>
/// Reads <c>read.statement</c> and, by the join to its event, the text of each statement. Text that can't be revealed any
/// more belongs to an erased learner: such a statement is not there.
/// </summary>
internal sealed class StatementTable(TenantReader reader, IPersonalData personalData)
{
    private const string Columns = "s.id, s.seq, s.refers_to, s.is_voided, s.learner_id, e.text, k.generation, k.wrapped_key, e.mentions";

    // By lateral lookups with a limit, which the planner can't turn into a join over all events however wrong its statistics
    // are. The stream's name is made in a subquery of its own (offset 0 keeps it one): making it within the condition calls
    // functions that are not leakproof, and under row-level security such a condition is kept away from the index. A voiding
    // that came first is the stream's first event, so the statement is not always version 1.
    private const string Event = """
        cross join lateral (select 'statement-' || s.id as name offset 0) stream
        cross join lateral (
          select e.data->>'Text' as text, e.data->>'Mentions' as mentions from events.mt_events e
          where e.tenant_id = $1 and e.stream_id = stream.name and e.type = 'statement_stored' order by e.version limit 1) e
        left join lateral (
          select k.generation, k.wrapped_key from events.subject_keys k
          where k.tenant_id = $1 and k.subject = s.learner_id and k.wrapped_key is not null limit 1) k on true
        """;

    public Task<IReadOnlyList<StoredText>> TextsAsync(string tenant, IReadOnlyList<Guid> ids, CancellationToken cancellation)
        => RevealedAsync(tenant, $"select {Columns} from read.statement s {Event} where s.tenant_id = $1 and s.id = any ($2)", [Uuids(ids)], cancellation);

    /// <summary>The statements, and those that they refer to, straight or through others.</summary>
    public async Task<IReadOnlyList<StoredText>> ChainAsync(string tenant, IReadOnlyList<Guid> ids, CancellationToken cancellation)
        => ids.Count == 0 ? [] : await RevealedAsync(
            tenant,
            $"""
            with recursive chain (id) as (
              select unnest($2)
              union
              select s.refers_to from chain c join read.statement s on s.tenant_id = $1 and s.id = c.id where s.refers_to is not null)
            select {Columns} from chain c join read.statement s on s.tenant_id = $1 and s.id = c.id {Event}
            """,
            [Uuids(ids)],
            cancellation);

    public async Task<IReadOnlyList<(Guid Target, long Seq)>> ReferrersAsync(string tenant, IReadOnlyList<Guid> ids, CancellationToken cancellation)
        => ids.Count == 0 ? [] : await reader.LookUpAsync(
            tenant,
            """
            with recursive referrer (id, seq, target) as (
              select s.id, s.seq, s.refers_to from read.statement s where s.tenant_id = $1 and s.refers_to = any ($2)
              union
              select s.id, s.seq, r.target from referrer r join read.statement s on s.tenant_id = $1 and s.refers_to = r.id)
            select target, seq from referrer
            """,
            [Text(tenant), Uuids(ids)],
            row => (row.GetGuid(0), row.GetInt64(1)),
            cancellation);

    public async Task<IReadOnlyList<(Guid Id, long Seq)>> IdsAsync(string tenant, StatementQuery query, CancellationToken cancellation)
    {
        var (sql, parameters) = query.Sql();
        return await reader.LookUpAsync(tenant, $"select s.id, s.seq from ({sql}) s", [Text(tenant), .. parameters], row => (row.GetGuid(0), row.GetInt64(1)), cancellation);
    }

    public async Task<long> CountAsync(string tenant, StatementQuery query, CancellationToken cancellation)
    {
        var (sql, parameters) = query.Sql();
        return (await reader.QueryAsync(tenant, $"select count(*) from ({sql}) s", [Text(tenant), .. parameters], row => row.GetInt64(0), cancellation))[0];
    }

    /// <summary>Which of them have a stream: stored, voided beforehand or awaited.</summary>
    public Task<IReadOnlyList<Guid>> KnownStreamsAsync(string tenant, IReadOnlyList<Guid> ids, CancellationToken cancellation)
        => reader.LookUpAsync(
            tenant,
            "select substr(id, 11)::uuid from events.mt_streams where tenant_id = $1 and id = any ($2)",
            [Text(tenant), Texts(ids.Select(StatementStream.Name))],
            row => row.GetGuid(0),
            cancellation);

    public Task<IReadOnlyList<StoredText>> FindAsync(string tenant, StatementQuery query, CancellationToken cancellation)
    {
        var (sql, parameters) = query.Sql();
        return RevealedAsync(tenant, $"select {Columns} from ({sql}) s {Event} order by s.seq {query.Direction}", parameters, cancellation);
    }

    private async Task<IReadOnlyList<StoredText>> RevealedAsync(string tenant, string sql, IReadOnlyList<NpgsqlParameter> parameters, CancellationToken cancellation)
    {
        var rows = await reader.LookUpAsync(tenant, sql, [Text(tenant), .. parameters], Row.Read, cancellation);
        if (rows.Count == 0) return [];
        var keys = personalData.Unwrap(tenant, rows.Select(row => row.Key).OfType<WrappedKey>().DistinctBy(key => key.Subject));
        var mentioned = rows.SelectMany(row => row.Mentions).Select(mention => mention.LearnerId).Distinct().ToList();
        var others = mentioned.Count == 0 ? keys : await personalData.FindAsync(tenant, mentioned, cancellation);
        return [.. rows.Select(row => row.Revealed(keys, others)).OfType<StoredText>()];
    }

    private sealed record Row(
        Guid Id, long Seq, Guid? RefersTo, bool IsVoided, string LearnerId, string Ciphertext, WrappedKey? Key, IReadOnlyList<StoredMention> Mentions)
    {
        public static Row Read(NpgsqlDataReader row)
        {
            string learner = row.GetString(4);
            return new Row(
                row.GetGuid(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetBoolean(3), learner, row.GetString(5),
                row.IsDBNull(6) ? null : new WrappedKey(learner, row.GetInt32(6), row.GetFieldValue<byte[]>(7)),
                row.IsDBNull(8) ? [] : JsonSerializer.Deserialize<List<StoredMention>>(row.GetString(8))!);
        }

        public StoredText? Revealed(ISubjectKeys keys, ISubjectKeys others)
            => keys.Reveal(LearnerId, Id.ToString("D"), Ciphertext) is { } compressed
                ? new StoredText(Id, Seq, RefersTo, IsVoided, LearnerId, WithMentions(StatementText.Expand(compressed), others))
                : null;

        /// <summary>Of a person who was erased the pseudonym stays.</summary>
        private byte[] WithMentions(byte[] text, ISubjectKeys keys) => Mentions.Count == 0 ? text : MentionedPersons.Join(text,
            from indexed in Mentions.Index()
            let agent = keys.Reveal(indexed.Item.LearnerId, PlacedStatement.MentionId(Id, indexed.Index), indexed.Item.Agent)
            where agent is not null
            select new Mention(indexed.Item.At, indexed.Item.Length, indexed.Item.LearnerId, agent));
    }
}
