using System.Text.Json;
using Npgsql;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Portfolio;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Portfolio;

/// <summary>Evidence and the content of its files, both under the learner's key: of an erased learner there is none.</summary>
internal sealed class EvidenceTable(TenantReader reader, IPersonalData personalData)
{
    public const string Schema = """
        -- Files are too large for events: those hold what a piece of evidence is, and here it is found, with its content.
        create table if not exists read.evidence (
          tenant_id  text        not null,
          id         text        not null,
          learner_id text        not null,
          kind       text        not null,
          length     bigint      not null,
          text       text        not null,
          records    uuid[]      not null,
          added_at   timestamptz not null default now(),
          content    text        null,
          primary key (tenant_id, id)
        );
        create index if not exists evidence_by_learner on read.evidence (tenant_id, learner_id, id);
        select events.protect('read.evidence');
        """;

    public const long MostBytes = 500L * 1024 * 1024;

    private const int MostPieces = 500;
    private const string Columns = "id, learner_id, kind, length, text, records, added_at";

    private static readonly Rejection TooMuch = Rejection.Conflict(
        "portfolio-full", $"A portfolio holds at most {MostPieces} pieces and {MostBytes / 1024 / 1024} MiB.", "Delete what is not needed any more, or keep it elsewhere and add a link.");

    /// <param name="content">Ciphertext; null of a link.</param>
    public static GuardedWrite Add(string tenant, EvidenceAdded added, string? content) => new(
        """
        insert into read.evidence (tenant_id, id, learner_id, kind, length, text, records, content)
        select $1, $2, $3, $4, $5, $6, $7, $8
        where (select count(*) < $9 and coalesce(sum(length), 0) + $5 <= $10 from read.evidence where tenant_id = $1 and learner_id = $3)
        """,
        [
            Text(tenant), Text(added.EvidenceId), Text(added.LearnerId), Text(added.Kind), new() { Value = added.Length }, Text(added.Text), Uuids(added.Records),
            Text(content), new() { Value = MostPieces }, new() { Value = MostBytes },
        ],
        RowsRequired: 1,
        Conflict: TooMuch);

    public static GuardedWrite Link(string tenant, string id, IEnumerable<Guid> records) => new(
        "update read.evidence set records = $3 where tenant_id = $1 and id = $2", [Text(tenant), Text(id), Uuids(records)]);

    public static GuardedWrite Remove(string tenant, string id) => new("delete from read.evidence where tenant_id = $1 and id = $2", [Text(tenant), Text(id)]);

    /// <param name="record">Only what supports it; null for all.</param>
    public async Task<IReadOnlyList<EvidenceView>> ListAsync(string tenant, string learnerId, Guid? record, string? after, int limit, CancellationToken cancellation)
        => await RevealedAsync(
            tenant,
            learnerId,
            $"""
            select {Columns} from read.evidence
            where tenant_id = $1 and learner_id = $2 and id > $3 and ($4 is null or $4 = any (records)) order by id limit $5
            """,
            [Text(after ?? ""), Uuid(record), new() { Value = limit }],
            cancellation);

    public async Task<EvidenceView?> FindAsync(string tenant, string learnerId, string id, CancellationToken cancellation)
        => (await RevealedAsync(tenant, learnerId, $"select {Columns} from read.evidence where tenant_id = $1 and learner_id = $2 and id = $3", [Text(id)], cancellation)).SingleOrDefault();

    public async Task<byte[]?> ContentAsync(string tenant, string learnerId, string id, CancellationToken cancellation)
    {
        var found = await reader.QueryAsync(
            tenant, "select content from read.evidence where tenant_id = $1 and learner_id = $2 and id = $3 and content is not null",
            [Text(tenant), Text(learnerId), Text(id)], row => row.GetString(0), cancellation);
        return found.Count == 0 ? null : await personalData.RevealAsync(tenant, learnerId, ContentOf(id), found[0], cancellation);
    }

    /// <summary>Which of the statements are this learner's.</summary>
    public async Task<HashSet<Guid>> RecordsAsync(string tenant, string learnerId, IEnumerable<Guid> ids, CancellationToken cancellation) => [.. await reader.QueryAsync(
        tenant, "select id from read.statement where tenant_id = $1 and learner_id = $2 and id = any ($3)",
        [Text(tenant), Text(learnerId), Uuids(ids)], row => row.GetGuid(0), cancellation)];

    public Task<IReadOnlyList<string>> IdsAsync(string tenant, string learnerId, CancellationToken cancellation) => reader.QueryAsync(
        tenant, "select id from read.evidence where tenant_id = $1 and learner_id = $2", [Text(tenant), Text(learnerId)], row => row.GetString(0), cancellation);

    /// <summary>What the ciphertext of a file belongs to.</summary>
    public static string ContentOf(string id) => $"evidence/{id}/content";

    /// <summary>What the ciphertext of its description belongs to.</summary>
    public static string TextOf(string id) => $"evidence/{id}";

    private async Task<IReadOnlyList<EvidenceView>> RevealedAsync(
        string tenant, string learnerId, string sql, IEnumerable<NpgsqlParameter> parameters, CancellationToken cancellation)
    {
        var rows = await reader.QueryAsync(
            tenant, sql, [Text(tenant), Text(learnerId), .. parameters],
            row => (Id: row.GetString(0), Kind: row.GetString(2), Length: row.GetInt64(3), Text: row.GetString(4), Records: row.GetFieldValue<Guid[]>(5), AddedAt: row.GetFieldValue<DateTimeOffset>(6)),
            cancellation);
        if (rows.Count == 0) return [];
        var keys = await personalData.FindAsync(tenant, [learnerId], cancellation);
        return [.. from row in rows
                   let revealed = keys.Reveal(learnerId, TextOf(row.Id), row.Text)
                   where revealed is not null
                   let text = JsonSerializer.Deserialize<EvidenceText>(revealed)!
                   select new EvidenceView(row.Id, learnerId, row.Kind, text.Title, text.Sha256, row.AddedAt, row.Records)
                   {
                       Description = text.Description,
                       FileName = text.FileName,
                       ContentType = text.ContentType,
                       Length = row.Kind == Evidence.File ? row.Length : null,
                       Url = text.Url,
                   }];
    }
}

/// <param name="Kind"><c>file</c> or <c>link</c>.</param>
/// <param name="Sha256">Of the file's content, or of the link's address.</param>
/// <param name="Records">The records it supports.</param>
public sealed record EvidenceView(string Id, string LearnerId, string Kind, string Title, string Sha256, DateTimeOffset AddedAt, IReadOnlyList<Guid> Records)
{
    public string? Description { get; init; }

    public string? FileName { get; init; }

    public string? ContentType { get; init; }

    public long? Length { get; init; }

    public string? Url { get; init; }
}
