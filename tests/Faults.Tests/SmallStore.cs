using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Schema;
using Pathways.Kernel;
using Pathways.Tests.Support;

namespace Pathways.Faults;

public sealed record Counted(int Number);

/// <summary>A service's event store without the service, in this process: where a fault is about the store alone.</summary>
internal sealed class SmallStore : IAsyncDisposable
{
    public const string Tenant = "utah-state";

    private static readonly EventTypes Types = new(new Dictionary<string, Type> { ["counted"] = typeof(Counted) });
    private static readonly Decider<int> OnlyVersion = new(0, (_, _) => 0);

    private static int _count;

    private readonly string _superuser;
    private readonly IHost _host;

    private SmallStore(string name, string superuser, IHost host) => (Name, _superuser, _host) = (name, superuser, host);

    /// <summary>Of its database.</summary>
    public string Name { get; }

    public IEventStore Events => Get<IEventStore>();

    public static async Task<SmallStore> CreateAsync(PostgresServer server, CancellationToken cancellation)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"small_{Interlocked.Increment(ref _count)}");
        var database = await server.CreateDatabaseAsync(name);
        await EventStoreMigration.RunAsync(database.OwnerConnectionString, [], cancellation);
        return Open(name, database, server);
    }

    /// <summary>A database that is there already, such as a copy.</summary>
    public static SmallStore Open(string name, Database database, PostgresServer server)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:App"] = database.AppConnectionString,
            ["ConnectionStrings:Daemon"] = database.DaemonConnectionString,
        });
        builder.Services.AddLogging();
        builder.Services.AddEventStore(Types);
        return new SmallStore(name, server.SuperuserConnectionString(name), builder.Build());
    }

    public T Get<T>()
        where T : notnull
        => _host.Services.GetRequiredService<T>();

    /// <summary>Its sealer begins.</summary>
    public Task StartAsync(CancellationToken cancellation) => _host.StartAsync(cancellation);

    /// <summary>Expects the version that it has read. The event's id when it was accepted, null when somebody was faster.</summary>
    /// <param name="asking">Told the event's id before its fate is known.</param>
    public async Task<Guid?> CountAsync(string stream, int number, CancellationToken cancellation, Action<Guid>? asking = null)
    {
        var loaded = await Events.LoadAsync(Tenant, stream, OnlyVersion, cancellation);
        var work = new UnitOfWork(new EventContext(Tenant, "test", "correlation-1"));
        work.Append(stream, loaded.Version, [new Counted(number)]);
        var id = work.Appends[0].Events[0].Id;
        asking?.Invoke(id);
        return (await Events.CommitAsync(work, cancellation)).IsAccepted ? id : null;
    }

    /// <summary>As somebody whom no privilege stops.</summary>
    public async Task<object?> SqlAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>As somebody who has also put the triggers out of action, which refuse it to the owner of the events.</summary>
    public Task TamperAsync(string sql, CancellationToken cancellation) => SqlAsync(PostgresServer.WithoutTriggers + sql, cancellation);

    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_superuser + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return connection;
    }

    public Task SealedAsync(long position, CancellationToken cancellation) => Eventually.TrueAsync(
        async () => await Get<ISealedLog>().HeadAsync(cancellation) >= position, TimeSpan.FromSeconds(20), $"the log reaches {position}", cancellation);

    /// <summary>The ids that are stored, in the order of the log.</summary>
    public async Task<IReadOnlyList<Guid>> StoredAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand("select id from events.mt_events order by seq_id", connection);
        await using var row = await command.ExecuteReaderAsync(cancellation);
        var ids = new List<Guid>();
        while (await row.ReadAsync(cancellation)) ids.Add(row.GetGuid(0));
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
