using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.LinkedData;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Statuses;

/// <summary>
/// The lists as the world reads them. One is signed when it is first read after a change, and kept; one that ends soon, or was signed
/// with a key of the past, is signed anew.
/// </summary>
public sealed class PublishedStatusLists(
    TenantReader database, ProjectionProgress progress, IEventStore store, StatusEntries entries, StatusListSigner signer, TimeProvider clock)
{
    public const string Schema =
        """
        create table if not exists read.signed_status_list_v2 (
          tenant_id   varchar     not null,
          purpose     varchar     not null,
          list_no     int         not null,
          document    text        not null,
          key_id      varchar     not null,
          valid_until timestamptz not null,
          changes     bigint      not null,
          primary key (tenant_id, purpose, list_no)
        );
        select events.protect('read.signed_status_list_v2');
        """;

    /// <summary>So early that no reader is left with a list that ends while it is kept.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    private bool _built;

    /// <summary>Null when no credential has a place in it.</summary>
    /// <exception cref="DependencyUnavailableException">After an upgrade the lists are being built: they would tell that what was revoked stands.</exception>
    public async Task<string?> FindAsync(string tenant, string purpose, int list, CancellationToken cancellation)
    {
        if (!_built && !(_built = await progress.IsBuiltAsync("status_list", cancellation))) throw new DependencyUnavailableException("The status lists");
        var (bits, changes) = await BitsAsync(tenant, purpose, list, cancellation);
        if (bits is null && !await entries.IsInUseAsync(tenant, purpose, list, cancellation)) return null;
        var issuer = (await store.LoadAsync(tenant, Issuer.Stream, Issuer.Decider, cancellation)).State;
        if (await SignedAsync(tenant, purpose, list, changes, cancellation) is { } signed
            && signed.KeyId == issuer.ProofKey.Id && signed.ValidUntil > clock.GetUtcNow() + Margin)
        {
            return signed.Document;
        }

        var fresh = await signer.SignAsync(
            tenant, issuer, purpose, list, bits is null ? StatusList.Create() : StatusList.Decode(bits), cancellation);
        await KeepAsync(tenant, purpose, list, fresh, changes, cancellation);
        return fresh.Document;
    }

    private async Task<(string? Encoded, long Changes)> BitsAsync(string tenant, string purpose, int list, CancellationToken cancellation)
        => (await database.QueryAsync(
            tenant,
            "select encoded, changes from read.status_list_v2 where tenant_id = $1 and purpose = $2 and list_no = $3",
            [new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }],
            row => ((string?)row.GetString(0), row.GetInt64(1)),
            cancellation)).FirstOrDefault();

    /// <param name="changes">Signed before or after another change, it says something else.</param>
    private async Task<SignedStatusList?> SignedAsync(string tenant, string purpose, int list, long changes, CancellationToken cancellation)
        => (await database.QueryAsync(
            tenant,
            """
            select document, key_id, valid_until from read.signed_status_list_v2
            where tenant_id = $1 and purpose = $2 and list_no = $3 and changes = $4
            """,
            [new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }, new() { Value = changes }],
            row => new SignedStatusList(row.GetString(0), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2)),
            cancellation)).FirstOrDefault();

    /// <summary>Two may sign at once: both are right, and the later change stays.</summary>
    private async Task KeepAsync(
        string tenant, string purpose, int list, SignedStatusList signed, long changes, CancellationToken cancellation)
    {
        var work = new UnitOfWork(new EventContext(tenant, "credential-issuance", $"status-list-{purpose}-{list}"));
        work.Write(new GuardedWrite(
            """
            insert into read.signed_status_list_v2 as l (tenant_id, purpose, list_no, document, key_id, valid_until, changes)
            values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (tenant_id, purpose, list_no) do update set
              document = excluded.document, key_id = excluded.key_id, valid_until = excluded.valid_until, changes = excluded.changes
            where l.changes <= excluded.changes
            """,
            [
                new() { Value = tenant }, new() { Value = purpose }, new() { Value = list }, new() { Value = signed.Document },
                new() { Value = signed.KeyId }, new() { Value = signed.ValidUntil }, new() { Value = changes },
            ]));
        await store.CommitAsync(work, cancellation);
    }
}
