using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>
/// Gives out the lists. One in which nothing was ever set is signed at its first reading; one that ends soon, or was signed with a
/// key of the past, is signed anew, its bits as they are.
/// </summary>
public sealed class PublishedStatusLists(
    TenantReader database, IEventStore store, StatusEntries entries, StatusListSigner signer, TimeProvider clock)
{
    private const int Attempts = 3;

    /// <summary>So early that no reader is left with a list that ends while it is kept.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>Null when no credential has a place in it.</summary>
    public async Task<string?> FindAsync(string tenant, string purpose, int list, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var stored = await ReadAsync(tenant, purpose, list, cancellation);
            if (stored is null && !await entries.IsInUseAsync(tenant, purpose, list, cancellation)) return null;
            var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
            if (stored is { } row && row.KeyId == issuer.ProofKey.Id && row.ValidUntil > clock.GetUtcNow() + Margin) return row.Document;

            var bits = stored is null ? StatusList.Create() : StatusListSigner.BitsOf(stored.Document);
            var signed = await signer.SignAsync(tenant, purpose, list, bits, cancellation);
            if (await StoreAsync(tenant, purpose, list, signed, stored?.Changes, cancellation)) return signed.Document;
            if (attempt == Attempts) throw new InvalidOperationException($"The status list {purpose}/{list} of {tenant} changes faster than it can be signed.");
        }
    }

    private async Task<StoredList?> ReadAsync(string tenant, string purpose, int list, CancellationToken cancellation)
        => (await database.QueryAsync(
            tenant,
            "select document, key_id, valid_until, changes from read.status_list_v1 where tenant_id = $1 and purpose = $2 and list_no = $3",
            [new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }],
            row => new StoredList(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt64(3)),
            cancellation)).FirstOrDefault();

    /// <summary>Only over what was read: a bit that was set meanwhile must not be lost.</summary>
    private async Task<bool> StoreAsync(
        string tenant, string purpose, int list, SignedStatusList signed, long? read, CancellationToken cancellation)
    {
        var work = new UnitOfWork(new EventContext(tenant, "credential-issuance", $"status-list-{purpose}-{list}"));
        work.Write(new GuardedWrite(
            read is null
                ? """
                  insert into read.status_list_v1 (tenant_id, purpose, list_no, document, key_id, valid_until, changes) values ($1, $2, $3, $4, $5, $6, $7)
                  on conflict (tenant_id, purpose, list_no) do nothing
                  """
                : """
                  update read.status_list_v1 set document = $4, key_id = $5, valid_until = $6, changes = changes + 1
                  where tenant_id = $1 and purpose = $2 and list_no = $3 and changes = $7
                  """,
            [
                new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }, new() { Value = signed.Document },
                new() { Value = signed.KeyId }, new() { Value = signed.ValidUntil }, new() { Value = read ?? 0L },
            ],
            RowsRequired: 1));
        return (await store.CommitAsync(work, cancellation)).IsAccepted;
    }

    private sealed record StoredList(string Document, string KeyId, DateTimeOffset ValidUntil, long Changes);
}
