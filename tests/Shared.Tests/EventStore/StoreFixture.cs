using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Integrity;
#if MARTEN
using Pathways.EventStore.Marten;
#endif
using Pathways.EventStore.Schema;
using Pathways.Kernel;
using Pathways.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(Pathways.Shared.Tests.EventStore.PostgresFixture))]

namespace Pathways.Shared.Tests.EventStore;

/// <summary>One server for all tests of this room; every test has a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private static int _databases;

    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    /// <param name="settings">Configuration beyond the usual.</param>
    public Task<TestStore> CreateAsync(IReadOnlyDictionary<string, string?>? settings, Action<IServiceCollection>? configure = null) => CreateAsync(configure, settings, []);

    public Task<TestStore> CreateAsync(Action<IServiceCollection>? configure = null, params string[] extraSchema) => CreateAsync(configure, null, extraSchema);

    private async Task<TestStore> CreateAsync(Action<IServiceCollection>? configure, IReadOnlyDictionary<string, string?>? settings, string[] extraSchema)
    {
        string name = $"store_{Interlocked.Increment(ref _databases)}";
        var database = await Server.CreateDatabaseAsync(name);
        await EventStoreMigration.RunAsync(database.OwnerConnectionString, extraSchema, TestContext.Current.CancellationToken);
        return new TestStore(database, Server.SuperuserConnectionString(name), configure, settings);
    }
}

/// <summary>A service's event store without the service. Its sealer and followers run from <see cref="StartAsync"/> on.</summary>
public sealed class TestStore : IAsyncDisposable
{
    public static readonly EventTypes Types = new(new Dictionary<string, Type>
    {
        ["account_opened"] = typeof(AccountOpened),
        ["money_paid_in"] = typeof(MoneyPaidIn),
    },
    [
        new Upcaster("account_created", "account_created_v2", data => new JsonObject { ["Holder"] = data["Name"]!.DeepClone() }),
        new Upcaster("account_created_v2", "account_opened", data => new JsonObject { ["Owner"] = data["Holder"]!.DeepClone() }),
    ]);

    private readonly Action<IServiceCollection>? _configure;
    private readonly IReadOnlyDictionary<string, string?> _settings;
    private readonly NpgsqlDataSource _superuser;

    public TestStore(Database database, string superuser, Action<IServiceCollection>? configure, IReadOnlyDictionary<string, string?>? settings)
    {
        Database = database;
        _settings = settings ?? new Dictionary<string, string?>();
        _configure = configure;
        _superuser = new NpgsqlDataSourceBuilder(superuser).Build();
        Secrets = Directory.CreateTempSubdirectory("pathways-secrets-").FullName;
        Host = BuildHost();
    }

    public Database Database { get; }

    public string Secrets { get; }

    public IHost Host { get; }

    public IEventStore Store => Get<IEventStore>();

    public ISealedLog Log => Get<ISealedLog>();

    public T Get<T>()
        where T : notnull
        => Host.Services.GetRequiredService<T>();

    public Task StartAsync() => Host.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>One more process of the same service.</summary>
    public IHost BuildHost()
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:App"] = Database.AppConnectionString,
            ["ConnectionStrings:Daemon"] = Database.DaemonConnectionString,
            ["Pathways:Secrets"] = Secrets,
        });
        builder.Configuration.AddInMemoryCollection(_settings);
        builder.Services.AddLogging();
        builder.Services.AddEventStore(Types);
#if MARTEN
        builder.Services.UseMarten();
#endif
        _configure?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>As somebody whom no privilege stops and no trigger.</summary>
    public async Task<int> TamperAsync(string sql)
    {
        await using var command = _superuser.CreateCommand(PostgresServer.WithoutTriggers + sql);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>As somebody who also knows how the hashes are made.</summary>
    public async Task RewriteAsync(string change)
    {
        await TamperAsync(change);
        byte[] chain = LeafHash.Genesis;
        foreach (var entry in await Get<AuditLog>().ExportAsync(0, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken))
        {
            byte[] leaf = LeafHash.Of(entry.Event!);
            chain = LeafHash.Chain(chain, leaf);
            await TamperAsync($"update events.log set leaf = '\\x{Convert.ToHexString(leaf)}', hash = '\\x{Convert.ToHexString(chain)}' where position = {entry.Position}");
        }
        await TamperAsync($"update events.log_head set hash = '\\x{Convert.ToHexString(chain)}'");
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _superuser.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public Task<NpgsqlConnection> SuperuserAsync() => _superuser.OpenConnectionAsync(TestContext.Current.CancellationToken).AsTask();

    public async ValueTask DisposeAsync()
    {
        await Host.StopAsync(TestContext.Current.CancellationToken);
        Host.Dispose();
        await _superuser.DisposeAsync();
        Directory.Delete(Secrets, recursive: true);
    }
}

public sealed record AccountOpened(string Owner);

public sealed record MoneyPaidIn(decimal Amount, string Note = "");

public static class Given
{
    public const string Tenant = "utah-state";

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static UnitOfWork Work(string tenant = Tenant) => new(new EventContext(tenant, "test-client", "correlation-1"));

    public static UnitOfWork Append(string stream, long expected, params object[] events)
    {
        var work = Work();
        work.Append(stream, expected, events);
        return work;
    }

    /// <summary>Polls until it holds; fails after ten seconds.</summary>
    public static async Task Eventually(Func<Task<bool>> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(10));
        while (!await holds()) await Task.Delay(10, deadline.Token);
    }

    public static readonly Decider<decimal> Balance = new(0m, (balance, e) => e is MoneyPaidIn paid ? balance + paid.Amount : balance);

    public static Task Sealed(this TestStore store, long position) => Eventually(async () => await store.Log.HeadAsync(Cancellation) >= position);
}
