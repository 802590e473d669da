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
        foreach (string tenant in await TenantsAsync(cancellation))
        {
            try
            {
                await ApplyAsync(tenant, cancellation);
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                // The others' turn comes all the same.
                Failed(Logger, error, tenant);
            }
        }
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
            else Refused(Logger, tenant, rule.Days, done.Rejection.Code, done.Rejection.Message);
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

    [LoggerMessage(LogLevel.Warning, "Statements of {Tenant}, kept for {Days} days, could not be deleted; the next round tries again. {Code}: {Reason}")]
    private static partial void Refused(ILogger logger, string tenant, int days, string code, string reason);

    [LoggerMessage(LogLevel.Warning, "What {Tenant} keeps no longer could not be deleted; the next round tries again.")]
    private static partial void Failed(ILogger logger, Exception error, string tenant);
}
