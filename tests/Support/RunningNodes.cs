using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;
using Pathways.LocalHost.Processes;

namespace Pathways.Tests.Support;

/// <summary>The nodes of a running system as their administrator sees them, past every proxy: for looking behind the curtain and for doing damage.</summary>
public sealed class RunningNodes : IDisposable
{
    private readonly PostgresNode _postgres;
    private readonly string _postgresPassword;
    private readonly RabbitNode _rabbit;
    private readonly Account _rabbitAccount;

    public RunningNodes(RunningSystem system)
    {
        var (secrets, topology) = (new Secrets(system.Data), system.Topology);
        _postgresPassword = secrets["postgres admin"];
        _postgres = new PostgresNode(Repository.Root, system.Data.Postgres, topology.PostgresPort, secrets["postgres admin"]);
        _rabbit = new RabbitNode(Repository.Root, system.Data.Rabbit, topology.Rabbit, secrets["rabbitmq admin"], new Dictionary<string, string>());
        _rabbitAccount = Account.For("rabbitmq", system.Data.Rabbit);
        Management = new HttpClient { BaseAddress = new Uri(_rabbit.ManagementUri, "api/") };
        Management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RabbitNode.Admin}:{secrets["rabbitmq admin"]}")));
    }

    /// <summary>RabbitMQ's management API; base address <c>http://…/api/</c>.</summary>
    public HttpClient Management { get; }

    /// <summary>As administrator, over AMQP.</summary>
    public string BrokerUri => _rabbit.Uri(RabbitNode.Admin);

    /// <summary>As superuser.</summary>
    public async Task<NpgsqlConnection> OpenAsync(string database, CancellationToken cancellation)
    {
        var connection = new NpgsqlConnection(_postgres.AdminConnection(database) + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        return connection;
    }

    public async Task<object?> SqlAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(database, cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>A physical copy of the whole cluster with the write-ahead log it needs, while everything goes on.</summary>
    public async Task BackUpAsync(string folder, CancellationToken cancellation) => await Command.RunAsync(
        Packages.Postgres("pg_basebackup"),
        ["-h", "127.0.0.1", "-p", $"{_postgres.Port}", "-U", PostgresNode.Admin, "-D", folder, "-X", "stream", "-c", "fast"],
        cancellation,
        new Dictionary<string, string> { ["PGPASSWORD"] = _postgresPassword });

    /// <summary>The cluster goes on from a backup; nothing of the system may run.</summary>
    public static void PutBack(RunningSystem system, string backup)
    {
        string cluster = Path.Combine(system.Data.Postgres, "data");
        Directory.Delete(cluster, recursive: true);
        Directory.Move(backup, cluster);
    }

    /// <summary>A copy of one database as it is now; its service is without it for a moment.</summary>
    public async Task CopyDatabaseAsync(string database, string copy, CancellationToken cancellation)
    {
        await CloseAsync(database, cancellation);
        await SqlAsync("postgres", $"create database {copy} template {database}", cancellation);
        await SqlAsync("postgres", $"alter database {database} allow_connections true", cancellation);
    }

    /// <summary>A database goes back to what a copy of it holds.</summary>
    public async Task ReplaceDatabaseAsync(string database, string copy, CancellationToken cancellation)
    {
        await CloseAsync(database, cancellation);
        await SqlAsync("postgres", $"drop database {database} with (force)", cancellation);
        await SqlAsync("postgres", $"alter database {copy} rename to {database}", cancellation);
    }

    private async Task CloseAsync(string database, CancellationToken cancellation)
    {
        await SqlAsync("postgres", $"alter database {database} allow_connections false", cancellation);
        await SqlAsync("postgres", $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'", cancellation);
        await Eventually.TrueAsync(
            async () => await SqlAsync("postgres", $"select count(*) from pg_stat_activity where datname = '{database}'", cancellation) is 0L,
            TimeSpan.FromSeconds(10), $"nobody is connected to {database}", cancellation);
    }

    public async Task<string> RabbitControlAsync(CancellationToken cancellation, params string[] arguments)
    {
        string[] command = [.. _rabbitAccount.Wrap("/usr/lib/rabbitmq/bin/rabbitmqctl", arguments)];
        return await Command.RunAsync(command[0], command[1..], cancellation, new Dictionary<string, string>(_rabbit.Environment()));
    }

    /// <summary>Every queue, as the broker counted a few seconds ago.</summary>
    public async Task<IReadOnlyDictionary<string, QueueState>> QueuesAsync(CancellationToken cancellation)
        => (await ListAsync("queues", RabbitNode.VirtualHost, cancellation)).ToDictionary(
            queue => (string)queue["name"]!, queue => new QueueState((int?)queue["consumers"] ?? 0, (long?)queue["messages"] ?? 0));

    /// <summary>Queues or exchanges, without RabbitMQ's own.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string kind, string virtualHost, CancellationToken cancellation) =>
    [
        .. (await ListAsync(kind, virtualHost, cancellation)).Select(item => (string)item["name"]!)
            .Where(name => name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal)),
    ];

    public async Task<bool> IsBoundAsync(string exchange, string queue, string virtualHost, CancellationToken cancellation)
        => (await ListAsync("bindings", virtualHost, cancellation)).Any(binding => (string?)binding["source"] == exchange && (string?)binding["destination"] == queue);

    private async Task<IEnumerable<JsonNode>> ListAsync(string kind, string virtualHost, CancellationToken cancellation)
        => JsonNode.Parse(await Management.GetStringAsync(new Uri($"{kind}/{virtualHost}", UriKind.Relative), cancellation))!.AsArray().Select(item => item!);

    public void Dispose() => Management.Dispose();
}

/// <param name="Messages">Those that were delivered and not acknowledged included.</param>
public sealed record QueueState(int Consumers, long Messages);
