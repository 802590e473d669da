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
    IConfiguration configuration, ILogger<RetentionService> log) : BackgroundService
{
    private readonly TimeSpan _between = TimeSpan.FromSeconds(configuration.GetValue("Retention:EverySeconds", 3600));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(_between, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stoppingToken.IsCancellationRequested) return;
            try
            {
                foreach (string tenant in await TenantsAsync(stoppingToken)) await ApplyAsync(tenant, stoppingToken);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(error);
            }
        }
    }

    private async Task ApplyAsync(string tenant, CancellationToken cancellation)
    {
        var rules = (await store.LoadAsync(tenant, Retention.Stream, Retention.Decider, cancellation)).State.Rules;
        foreach (var rule in rules)
        {
            var filter = new DeletionFilter(rule.Verb, rule.Activity, StoredUntil: clock.GetUtcNow() - TimeSpan.FromDays(rule.Days));
            // Nothing to delete is nothing to tell.
            if (await deletion.CountAsync(tenant, filter, cancellation) == 0) continue;
            var context = new EventContext(tenant, "retention", Guid.CreateVersion7().ToString("N"));
            var done = await deletion.DeleteAsync(context, filter, "retention", cancellation);
            if (done.IsAccepted) Deleted(tenant, done.Value.Statements, rule.Days);
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
    private partial void Deleted(string tenant, int count, int days);

    [LoggerMessage(LogLevel.Error, "Retention rules could not be applied; it is tried again")]
    private partial void Failed(Exception error);
}
