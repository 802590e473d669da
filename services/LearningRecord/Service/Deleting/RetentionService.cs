using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.LearningRecord.Domain.Recording;

namespace Pathways.LearningRecord.Deleting;

/// <summary>Deletes what institutions keep no longer, now and then. Two at once delete the same, and one of them finds nothing.</summary>
internal sealed partial class RetentionService(
    [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source, IEventStore store, StatementDeletion deletion, TimeProvider clock,
    IConfiguration configuration, ILogger<RetentionService> logger)
    : PeriodicService(TimeSpan.FromSeconds(configuration.GetValue("Retention:EverySeconds", 3600)), clock, logger)
{
    protected override async Task RunOnceAsync(CancellationToken cancellation)
    {
        foreach (string tenant in await TenantsAsync(cancellation)) await ApplyAsync(tenant, cancellation);
    }

    private async Task ApplyAsync(string tenant, CancellationToken cancellation)
    {
        var rules = (await store.LoadAsync(tenant, Retention.Stream, Retention.Decider, cancellation)).State.Rules;
        foreach (var rule in rules)
        {
            var filter = new DeletionFilter(rule.Verb, rule.Activity, StoredUntil: Time.GetUtcNow() - TimeSpan.FromDays(rule.Days));
            // Nothing to delete is nothing to tell.
            if (await deletion.CountAsync(tenant, filter, cancellation) == 0) continue;
            var context = new EventContext(tenant, "retention", Guid.CreateVersion7().ToString("N"));
            var done = await deletion.DeleteAsync(context, filter, "retention", cancellation);
            if (done.IsAccepted) Deleted(Logger, tenant, done.Value.Statements, rule.Days);
        }
    }

    private async Task<List<string>> TenantsAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select tenant_id from events.mt_streams where id = $1");
        command.Parameters.Add(new() { Value = Retention.Stream });
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var tenants = new List<string>();
        while (await row.ReadAsync(cancellation)) tenants.Add(row.GetString(0));
        return tenants;
    }

    [LoggerMessage(LogLevel.Information, "Deleted {Count} statements of {Tenant}, kept for {Days} days")]
    private static partial void Deleted(ILogger logger, string tenant, int count, int days);
}
