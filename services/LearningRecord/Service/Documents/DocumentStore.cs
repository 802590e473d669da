using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Documents;
using Pathways.LearningRecord.Recording;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.LearningRecord.Documents;

/// <summary>Writes documents: read, decide, and one commit at the version that was read; another writer in between means deciding again.</summary>
internal sealed class DocumentStore(IEventStore store, DocumentTable table, IPersonalData personalData, StoredClock clock)
{
    private const int Attempts = 8;

    /// <param name="decide">The content that is to stand from now on, or the refusal.</param>
    public Task<Rejection?> WriteAsync(
        EventContext context, DocumentResource resource, DocumentAddress address, Func<StandingDocument, Result<DocumentContent>> decide, CancellationToken cancellation)
        => CommitAsync(context, async place =>
        {
            var standing = await table.ReadAsync(context.Tenant, address, cancellation);
            var content = decide(standing);
            if (!content.IsAccepted) return content.Rejection;
            var work = new UnitOfWork(context);
            (await PrepareAsync(context.Tenant, resource, address, standing, content.Value, place, cancellation))(work);
            return work;
        }, cancellation);

    /// <summary>A place for a document that another transaction writes; to be held until that has ended.</summary>
    public StoredClock.Reservation Reserve() => clock.Reserve(1);

    /// <summary>What puts the document into another transaction, at a place of <see cref="Reserve"/>.</summary>
    public async Task<Action<UnitOfWork>> PrepareAsync(
        string tenant, DocumentResource resource, DocumentAddress address, DocumentContent content, StoredClock.Reservation places, CancellationToken cancellation)
        => await PrepareAsync(tenant, resource, address, await table.ReadAsync(tenant, address, cancellation), content, places.Seq(0), cancellation);

    /// <summary>Deletes what the address names: one document, or all of its context.</summary>
    public Task<Rejection?> DeleteAsync(EventContext context, DocumentAddress address, Preconditions preconditions, CancellationToken cancellation)
        => CommitAsync(context, async place =>
        {
            var standing = address.Id is null
                ? await table.ListAsync(context.Tenant, address, 0, cancellation)
                : [await table.ReadAsync(context.Tenant, address, cancellation)];
            if (address.Id is not null && preconditions.Check(standing[0].State) is { } failed) return failed;
            var work = new UnitOfWork(context);
            foreach (var document in standing.Where(document => document.Content is not null)) Delete(work, document, address.Subject, place);
            return work;
        }, cancellation);

    private async Task<Rejection?> CommitAsync(EventContext context, Func<long, Task<Result<UnitOfWork>>> prepare, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            using var places = clock.Reserve(1);
            var work = await prepare(places.Seq(0));
            if (!work.IsAccepted) return work.Rejection;
            var rejection = (await store.CommitAsync(work.Value, cancellation)).Rejection;
            if (rejection?.Code != "stream-version-conflict" || attempt == Attempts) return rejection;
        }
    }

    private async Task<Action<UnitOfWork>> PrepareAsync(
        string tenant, DocumentResource resource, DocumentAddress address, StandingDocument standing, DocumentContent content, long place, CancellationToken cancellation)
    {
        var keys = await personalData.OpenAsync(tenant, [address.Subject], cancellation);
        string text = DocumentText.Protect(keys, address.Subject, address.Stream, standing.Version + 1, content);
        return work =>
        {
            work.Write(keys.Hold([address.Subject]));
            work.Append(address.Stream, standing.Version, [new DocumentStored(resource.Kind, address.Subject, content.ETag, text)]);
            work.Write(Row(tenant, address, standing.Version + 1, content.ETag, place));
        };
    }

    private static GuardedWrite Row(string tenant, DocumentAddress address, long version, string etag, long place) => new(
        """
        insert into read.document (tenant_id, stream, version, context, registration, subject, seq, etag) values ($1, $2, $3, $4, $5, $6, $7, $8)
        on conflict (tenant_id, stream) do update set version = excluded.version, seq = excluded.seq, etag = excluded.etag
        """,
        [
            Text(tenant), Text(address.Stream), Number(version), Number(address.Context), Uuid(address.Registration), Text(address.Subject), Number(place), Text(etag),
        ]);

    private static void Delete(UnitOfWork work, StandingDocument document, string subject, long place)
    {
        work.Append(document.Stream, document.Version, [new DocumentDeleted(subject)]);
        work.Write(new GuardedWrite(
            "update read.document set version = $3, seq = $4, etag = null where tenant_id = $1 and stream = $2",
            [Text(work.Context.Tenant), Text(document.Stream), Number(document.Version + 1), Number(place)]));
    }
}
