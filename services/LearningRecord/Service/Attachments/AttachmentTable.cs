using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.LearningRecord.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Attachments;

/// <summary>Content of attachments, encrypted under the key of the learner whose statement it belongs to.</summary>
internal sealed class AttachmentTable(TenantReader reader, IPersonalData personalData)
{
    public static GuardedWrite Write(string tenant, PlacedStatement statement, string sha2, byte[] content, ISubjectKeys keys) => new(
        "insert into read.attachment (tenant_id, statement_id, sha2, learner_id, content) values ($1, $2, $3, $4, $5) on conflict do nothing",
        [
            Text(tenant), Uuid(statement.Id), Text(sha2), Text(statement.LearnerId),
            Text(keys.Protect(statement.LearnerId, RecordId(statement.Id, sha2), content)),
        ]);

    /// <summary>Each content once, by its hash in lower case.</summary>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(string tenant, IReadOnlyCollection<Guid> statements, CancellationToken cancellation)
    {
        var rows = await reader.QueryAsync(
            tenant,
            "select statement_id, sha2, learner_id, content from read.attachment where tenant_id = $1 and statement_id = any ($2)",
            [Text(tenant), Uuids(statements)],
            row => (Statement: row.GetGuid(0), Sha2: row.GetString(1), Learner: row.GetString(2), Content: row.GetString(3)),
            cancellation);
        var found = new Dictionary<string, byte[]>();
        if (rows.Count == 0) return found;
        var keys = await personalData.FindAsync(tenant, rows.Select(row => row.Learner).Distinct().ToList(), cancellation);
        foreach (var row in rows)
        {
            if (!found.ContainsKey(row.Sha2) && keys.Reveal(row.Learner, RecordId(row.Statement, row.Sha2), row.Content) is { } content) found[row.Sha2] = content;
        }
        return found;
    }

    private static string RecordId(Guid statement, string sha2) => $"{statement:D}/{sha2}";
}
