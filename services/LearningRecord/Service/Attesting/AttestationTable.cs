using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Reading;
using Pathways.LearningRecord.Domain.Attesting;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Attesting;

/// <summary>Attested records, read out of their statements.</summary>
internal sealed class AttestationTable(TenantReader reader, StatementTable statements, Pseudonyms pseudonyms)
{
    /// <param name="after">The place of the last one that the caller has.</param>
    /// <returns>Fewer than <paramref name="limit"/> only when there are no more.</returns>
    public async Task<IReadOnlyList<AttestationView>> ListAsync(string tenant, string learnerId, long after, int limit, CancellationToken cancellation)
    {
        var views = new List<AttestationView>();
        while (views.Count < limit)
        {
            // What has the verb and is no record is left out, so a page may take more than one look.
            var found = await FoundAsync(tenant, learnerId, after, limit, cancellation);
            views.AddRange(await ReadAsync(tenant, [.. found.Select(each => each.Id)], cancellation));
            if (found.Count < limit) break;
            after = found[^1].Seq;
        }
        return [.. views.Take(limit)];
    }

    public async Task<AttestationView?> FindAsync(string tenant, Guid id, CancellationToken cancellation)
        => (await ReadAsync(tenant, [id], cancellation)).SingleOrDefault();

    private Task<IReadOnlyList<(Guid Id, long Seq)>> FoundAsync(string tenant, string learnerId, long after, int limit, CancellationToken cancellation)
        => reader.QueryAsync(
            tenant,
            """
            select s.id, s.seq from read.statement s
            where s.tenant_id = $1 and s.learner_id = $2 and s.seq > $3
              and exists (select from read.statement_term t where t.tenant_id = $1 and t.term = $4 and t.seq = s.seq and t.via = s.seq)
            order by s.seq limit $5
            """,
            [
                new() { Value = tenant, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = learnerId, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = after },
                new() { Value = pseudonyms.Term(tenant, new Term(TermKind.Verb, AttestedVocabulary.Verb)) }, new() { Value = limit },
            ],
            row => (row.GetGuid(0), row.GetInt64(1)),
            cancellation);

    private async Task<IReadOnlyList<AttestationView>> ReadAsync(string tenant, IReadOnlyList<Guid> ids, CancellationToken cancellation)
    {
        if (ids.Count == 0) return [];
        var texts = await statements.TextsAsync(tenant, [.. ids, .. ids.Select(AttestedStatement.WithdrawalId)], cancellation);
        var byId = texts.ToDictionary(text => text.Id);
        return [.. ids.Where(byId.ContainsKey).Select(id => byId[id]).OrderBy(text => text.Seq).Select(text => View(text, byId)).OfType<AttestationView>()];
    }

    private static AttestationView? View(StoredText text, Dictionary<Guid, StoredText> byId)
    {
        using var document = JsonDocument.Parse(text.Json);
        if (AttestedStatement.Read(document.RootElement) is not { } attested) return null;
        string? reason = null;
        if (byId.TryGetValue(AttestedStatement.WithdrawalId(text.Id), out var withdrawal))
        {
            using var voiding = JsonDocument.Parse(withdrawal.Json);
            reason = AttestedStatement.ReasonOf(voiding.RootElement);
        }
        return new AttestationView(
            text.Id, text.LearnerId, attested.Kind, attested.Title, attested.From, attested.To, attested.Activity, attested.Attester.Clone(),
            StoredClock.StoredAt(text.Seq), text.IsVoided)
        {
            Hours = attested.Hours,
            Description = attested.Description,
            Organisation = attested.Organisation,
            AttesterRole = attested.AttesterRole,
            Evidence = attested.Evidence ?? [],
            WithdrawnBecause = reason,
            Place = text.Seq,
        };
    }
}

/// <param name="Attester">Of one who was erased a pseudonym.</param>
public sealed record AttestationView(
    Guid RecordId, string LearnerId, string Kind, string Title, DateOnly From, DateOnly To, string ActivityId, JsonElement Attester,
    DateTimeOffset AttestedAt, bool IsWithdrawn)
{
    public decimal? Hours { get; init; }

    public string? Description { get; init; }

    public string? Organisation { get; init; }

    public string? AttesterRole { get; init; }

    public IReadOnlyList<AttestedEvidence> Evidence { get; init; } = [];

    public string? WithdrawnBecause { get; init; }

    internal long Place { get; init; }
}
