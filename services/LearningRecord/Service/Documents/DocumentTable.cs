using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.LearningRecord.Domain.Documents;
using Pathways.LearningRecord.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Documents;

/// <summary>A document as it stands; deleted when <see cref="Content"/> is null.</summary>
internal sealed record StandingDocument(string Stream, long Version, long Seq, DocumentContent? Content)
{
    public DocumentState State => Content is null ? DocumentState.None : new DocumentState(Content.ETag, Content.ContentType);

    public DateTimeOffset StoredAt => StoredClock.StoredAt(Seq);
}

/// <summary>Reads documents: the row says which event holds the latest version.</summary>
internal sealed class DocumentTable(TenantReader reader, IPersonalData personalData)
{
    private const string Select = """
        select d.stream, d.version, d.seq, d.subject, case when d.etag is not null then e.data->>'Text' end
        from read.document d left join events.mt_events e on e.tenant_id = d.tenant_id and e.stream_id = d.stream and e.version = d.version
        """;

    public async Task<StandingDocument> ReadAsync(string tenant, DocumentAddress address, CancellationToken cancellation)
    {
        var found = await RevealedAsync(tenant, $"{Select} where d.tenant_id = $1 and d.stream = $2", [Text(address.Stream)], cancellation);
        return found.Count == 0 ? new StandingDocument(address.Stream, 0, 0, Content: null) : found[0];
    }

    /// <summary>Those that exist in a context; of one registration when the address names one.</summary>
    public Task<IReadOnlyList<StandingDocument>> ListAsync(string tenant, DocumentAddress address, long after, CancellationToken cancellation)
        => RevealedAsync(
            tenant,
            $"{Select} where d.tenant_id = $1 and d.context = $2 and d.etag is not null and d.seq > $3 and ($4::uuid is null or d.registration = $4) order by d.seq",
            [
                Number(address.Context), Number(after),
                new() { Value = (object?)address.Registration ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
            ],
            cancellation);

    private async Task<IReadOnlyList<StandingDocument>> RevealedAsync(string tenant, string sql, IReadOnlyList<NpgsqlParameter> parameters, CancellationToken cancellation)
    {
        var rows = await reader.QueryAsync(
            tenant,
            sql,
            [Text(tenant), .. parameters],
            row => (Stream: row.GetString(0), Version: row.GetInt64(1), Seq: row.GetInt64(2), Subject: row.GetString(3), Text: row.IsDBNull(4) ? null : row.GetString(4)),
            cancellation);
        if (rows.Count == 0) return [];
        var keys = await personalData.FindAsync(tenant, rows.Select(row => row.Subject).Distinct().ToList(), cancellation);
        return [.. rows.Select(row => new StandingDocument(
            row.Stream, row.Version, row.Seq, row.Text is null ? null : DocumentText.Reveal(keys, row.Subject, row.Stream, row.Version, row.Text)))];
    }
}
