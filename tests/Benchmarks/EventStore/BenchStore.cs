using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Schema;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>A fresh database on a server with default durability, and the event store on it.</summary>
internal sealed class BenchStore : IAsyncDisposable
{
    public const string Tenant = "utah-state";

    private BenchStore(IHost host, NpgsqlDataSource superuser) => (Host, Superuser) = (host, superuser);

    public IHost Host { get; }

    public NpgsqlDataSource Superuser { get; }

    public IEventStore Store => Host.Services.GetRequiredService<IEventStore>();

    public static async Task<BenchStore> CreateAsync(
        PostgresServer server, string name, CancellationToken cancellation, Action<IServiceCollection>? configure = null, params string[] schema)
    {
        var database = await server.CreateDatabaseAsync(name);
        await EventStoreMigration.RunAsync(database.OwnerConnectionString, schema, cancellation);
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:App"] = database.AppConnectionString,
            ["ConnectionStrings:Daemon"] = database.DaemonConnectionString,
        });
        builder.Services.AddLogging();
        builder.Services.AddEventStore(new EventTypes(new Dictionary<string, Type> { ["measured"] = typeof(Measured) }));
        configure?.Invoke(builder.Services);
        var superuser = NpgsqlDataSource.Create(server.SuperuserConnectionString(name));
        return new BenchStore(builder.Build(), superuser);
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellation)
    {
        await using var command = Superuser.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync(CancellationToken.None);
        Host.Dispose();
        await Superuser.DisposeAsync();
    }
}

/// <summary>801 bytes as JSON.</summary>
internal sealed record Measured(string Text)
{
    public static readonly Measured Sample = new(new string('x', 801 - """{"Text":""}""".Length));
}
