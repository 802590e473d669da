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
    private readonly RabbitNode _rabbit;
    private readonly Account _rabbitAccount;

    public RunningNodes(RunningSystem system)
    {
        var (secrets, topology) = (new Secrets(system.Data), system.Topology);
        _postgres = new PostgresNode(Repository.Root, system.Data.Postgres, topology.PostgresPort, secrets["postgres admin"]);
        _rabbit = new RabbitNode(Repository.Root, system.Data.Rabbit, topology.Rabbit, secrets["rabbitmq admin"], new Dictionary<string, string>());
        _rabbitAccount = Account.For("rabbitmq", system.Data.Rabbit);
        Management = new HttpClient { BaseAddress = new Uri(_rabbit.ManagementUri, "api/") };
        Management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RabbitNode.Admin}:{secrets["rabbitmq admin"]}")));
    }

    /// <summary>RabbitMQ's management API; base address <c>http://…/api/</c>.</summary>
    public HttpClient Management { get; }

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

    public async Task<string> RabbitControlAsync(CancellationToken cancellation, params string[] arguments)
    {
        string[] command = [.. _rabbitAccount.Wrap("/usr/lib/rabbitmq/bin/rabbitmqctl", arguments)];
        return await Command.RunAsync(command[0], command[1..], cancellation, new Dictionary<string, string>(_rabbit.Environment()));
    }

    /// <summary>How many consumers each queue has.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ConsumersAsync(CancellationToken cancellation)
        => (await ListAsync("queues", RabbitNode.VirtualHost, cancellation)).ToDictionary(queue => (string)queue["name"]!, queue => (int?)queue["consumers"] ?? 0);

    /// <summary>Queues or exchanges, without RabbitMQ's own.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string kind, string virtualHost, CancellationToken cancellation) =>
    [
        .. (await ListAsync(kind, virtualHost, cancellation)).Select(item => (string)item["name"]!)
            .Where(name => name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal)),
    ];

    private async Task<IEnumerable<JsonNode>> ListAsync(string kind, string virtualHost, CancellationToken cancellation)
        => JsonNode.Parse(await Management.GetStringAsync(new Uri($"{kind}/{virtualHost}", UriKind.Relative), cancellation))!.AsArray().Select(item => item!);

    public void Dispose() => Management.Dispose();
}
