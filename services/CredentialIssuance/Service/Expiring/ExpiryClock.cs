using Npgsql;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.EventStore;
using Pathways.EventStore.Appending;

namespace Pathways.CredentialIssuance.Expiring;

/// <summary>Takes note, credential by credential, that their time has passed. Several processes may: the stream's version lets one win.</summary>
public sealed class ExpiryClock(
    [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource database, IEventStore store, TimeProvider clock, ILogger<ExpiryClock> log)
    : PeriodicService(Interval, clock, log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private const int BatchSize = 200;

    protected override Task RunOnceAsync(CancellationToken cancellation) => ExpireDueAsync(cancellation);

    public async Task<int> ExpireDueAsync(CancellationToken cancellation)
    {
        var due = new List<(string Tenant, Guid Id)>();
        await using (var command = database.CreateCommand(
            "select tenant_id, credential_id from read.credential_list_v1 where status in ('valid', 'suspended') and valid_until <= $1 order by valid_until limit $2"))
        {
            command.Parameters.Add(new() { Value = Time.GetUtcNow() });
            command.Parameters.Add(new() { Value = BatchSize });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation)) due.Add((reader.GetString(0), reader.GetGuid(1)));
        }

        foreach (var (tenant, id) in due) await ExpireAsync(tenant, id, cancellation);
        return due.Count;
    }

    private async Task ExpireAsync(string tenant, Guid id, CancellationToken cancellation)
    {
        string stream = Credential.StreamOf(id);
        var credential = await store.LoadAsync(tenant, stream, Credential.Decider, cancellation);
        var work = new UnitOfWork(new EventContext(tenant, "credential-issuance", $"expiry-{id:N}"));
        work.Append(stream, credential.Version, Expiry.Expire(credential.State, Time.GetUtcNow()).Events);
        // A conflict means that somebody changed it just now: the next round sees what is left to do.
        if (!work.IsEmpty) await store.CommitAsync(work, cancellation);
    }
}
