using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Pathways.WebDefaults;

namespace Pathways.Faults;

/// <summary>Known to new builds only.</summary>
public sealed record Discounted(int Number);

/// <summary>Sums per stream. A class of the test, so that it can be faulty and then be mended.</summary>
internal sealed class TallyProjection(string name) : IProjection
{
    public string Name => name;

    public int Version => 1;

    /// <summary>The event that it has a fault with.</summary>
    public int? Refuses { get; set; }

    public bool Paused { get; set; }

    public string Schema => $"""
        create table if not exists read.{name}_v1 (tenant_id text not null, stream text not null, total bigint not null, primary key (tenant_id, stream));
        select events.protect('read.{name}_v1');
        """;

    public async Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (Paused) throw new InvalidOperationException("It is paused.");
        foreach (var (_, _, recorded) in batch)
        {
            int number = recorded.Data switch
            {
                Counted counted => counted.Number,
                Discounted discounted => -discounted.Number,
                _ => 0,
            };
            if (number == Refuses) throw new InvalidOperationException("A fault in the projection.");
            await using var command = new NpgsqlCommand(
                $"insert into read.{name}_v1 as t values ($1, $2, $3) on conflict (tenant_id, stream) do update set total = t.total + excluded.total", connection)
            {
                Parameters = { new() { Value = recorded.Tenant }, new() { Value = recorded.Stream }, new() { Value = (long)number } },
            };
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}

/// <summary>One build of a small service with some replicas in this process, hosted as every service is.</summary>
internal sealed class CountingService : IAsyncDisposable
{
    public static readonly IReadOnlyDictionary<string, Type> OldTypes = new Dictionary<string, Type> { ["counted"] = typeof(Counted) };

    public static readonly IReadOnlyDictionary<string, Type> NewTypes = new Dictionary<string, Type> { ["counted"] = typeof(Counted), ["discounted"] = typeof(Discounted) };

    private static readonly Decider<int> OnlyVersion = new(0, (_, _) => 0);

    private readonly PostgresServer _server;
    private readonly List<ServiceUnderTest> _replicas = [];

    private CountingService(PostgresServer server) => _server = server;

    public static async Task<CountingService> StartAsync(PostgresServer server, int replicas, IReadOnlyDictionary<string, Type> types, params IProjection[] projections)
    {
        var service = new CountingService(server);
        service._replicas.Add(await ServiceUnderTest.StartAsync(server, Definition(types, projections)));
        await service.GrowAsync(replicas, types, projections);
        return service;
    }

    /// <summary>Another build on the same database.</summary>
    public async Task<CountingService> StartBesideAsync(int replicas, IReadOnlyDictionary<string, Type> types, params IProjection[] projections)
    {
        var service = new CountingService(_server);
        service._replicas.Add(await _replicas[0].StartBesideAsync(Definition(types, projections)));
        await service.GrowAsync(replicas, types, projections);
        return service;
    }

    public async Task CountAsync(int replica, string stream, object @event, CancellationToken cancellation)
    {
        var store = _replicas[replica].Services.GetRequiredService<IEventStore>();
        var loaded = await store.LoadAsync(SmallStore.Tenant, stream, OnlyVersion, cancellation);
        var work = new UnitOfWork(new EventContext(SmallStore.Tenant, "test", "correlation-1"));
        work.Append(stream, loaded.Version, [@event]);
        if ((await store.CommitAsync(work, cancellation)).Rejection is { } refused) throw new InvalidOperationException(refused.Message);
    }

    public async Task<string> HealthAsync(int replica, CancellationToken cancellation)
    {
        using var client = _replicas[replica].Client();
        return await client.GetStringAsync(new Uri("/health", UriKind.Relative), cancellation);
    }

    public async Task<long> PositionAsync(IProjection projection, CancellationToken cancellation)
        => await SqlAsync($"select coalesce(max(position), 0) from events.projection_position where name = '{projection.Name}_v1'", cancellation) is long position ? position : 0;

    public async Task<long> TotalAsync(IProjection projection, CancellationToken cancellation)
        => Convert.ToInt64(await SqlAsync($"select sum(total) from read.{projection.Name}_v1", cancellation), CultureInfo.InvariantCulture);

    public async Task<IReadOnlyList<Violation>> NotReplayEqualAsync(IProjection projection, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await ReadModels.NotReplayEqualAsync(
            projection.Name,
            () => ReadModels.RowsAsync(connection, projection.Name, cancellation),
            () => _replicas[0].Services.GetRequiredService<ProjectionRebuild>().RunAsync(projection.Name, progress: null, cancellation));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in Enumerable.Reverse(_replicas)) await replica.DisposeAsync();
    }

    private async Task GrowAsync(int replicas, IReadOnlyDictionary<string, Type> types, IProjection[] projections)
    {
        while (_replicas.Count < replicas) _replicas.Add(await _replicas[0].StartBesideAsync(Definition(types, projections)));
    }

    private static ServiceDefinition Definition(IReadOnlyDictionary<string, Type> types, IProjection[] projections) => new("counting", types)
    {
        Services = services =>
        {
            foreach (var projection in projections) services.AddSingleton(projection);
        },
    };

    /// <summary>As somebody whom no privilege stops.</summary>
    public async Task<object?> SqlAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        string database = new NpgsqlConnectionStringBuilder(_replicas[0].Database.OwnerConnectionString).Database!;
        var connection = new NpgsqlConnection(_server.SuperuserConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return connection;
    }
}
