using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore.Integrity;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>The log of a service that counts tallies: it grows, is signed, and is cut by somebody whom no privilege stops.</summary>
internal sealed class TallyLog(PostgresServer postgres, ServiceUnderTest service)
{
    private int _tallies;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static readonly IReadOnlyDictionary<string, string?> SignedByTheTestAlone = new Dictionary<string, string?> { ["Pathways:CheckpointSeconds"] = "3600" };

    public async Task GrowAsync(int events)
    {
        using var counter = service.Client("sophia", Scopes.Define);
        long reached = (await service.Services.GetRequiredService<AuditLog>().HeadAsync(Cancellation)).Position + events;
        for (int i = 0; i < events; i++) await counter.PostJsonAsync($"/tally/{_tallies++}/count", new { by = 1 });
        await Eventually.TrueAsync(
            async () => (await service.Services.GetRequiredService<AuditLog>().HeadAsync(Cancellation)).Position == reached, TimeSpan.FromSeconds(20), "all is sealed", Cancellation);
    }

    public Task<string?> SignAsync() => service.Services.GetRequiredService<Checkpoints>().SignAsync(Cancellation);

    /// <summary>The log's rows alone: what was signed of them stays.</summary>
    public async Task CutAsync(int left)
    {
        string database = new NpgsqlConnectionStringBuilder(service.Database.OwnerConnectionString).Database!;
        await using var superuser = NpgsqlDataSource.Create(postgres.SuperuserConnectionString(database));
        await using var cut = superuser.CreateCommand(PostgresServer.WithoutTriggers + $"""
            delete from events.log where position > {left};
            update events.log_head set position = {left}, hash = (select hash from events.log where position = {left});
            """);
        await cut.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>What <c>audit verify</c> says of it.</summary>
    public async Task<LogVerdict> VerifyAsync()
    {
        var (log, key) = (service.Services.GetRequiredService<AuditLog>(), service.Services.GetRequiredService<CheckpointKey>());
        var notes = await service.Services.GetRequiredService<Checkpoints>().AfterAsync(0, 200, Cancellation);
        return await new ServiceLog("tally", key.Verifier, notes, await log.HeadAsync(Cancellation), log.ExportAsync(0, Cancellation)).VerifyAsync(kept: null, Cancellation);
    }
}
