using System.Text.Json;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Nodes;

/// <summary>
/// A private RabbitMQ node: own name, cookie, data, and port mapper (epmd), so that it neither sees nor disturbs another
/// node on the machine.
/// </summary>
/// <param name="users">Broker users with their passwords; the topology file says what they may do.</param>
/// <param name="foundAt">The port that services are told, when something is to stand in between.</param>
public sealed class RabbitNode(
    string repository,
    string folder,
    RabbitPorts ports,
    string adminPassword,
    IReadOnlyDictionary<string, string> users,
    string address = "127.0.0.1",
    int? foundAt = null)
{
    public const string Admin = "admin";
    public const string VirtualHost = "pathways";

    private readonly Account _account = Account.For("rabbitmq", folder);

    public RabbitPorts Ports => ports;

    // RabbitMQ names its database after the node: a name with the port in it would lose the data with the port. Nodes do
    // not meet, since each has a port mapper of its own.
    public const string Name = "pathways@localhost";

    public string Uri(string user, string virtualHost = VirtualHost)
        => $"amqp://{user}:{(user == Admin ? adminPassword : users[user])}@{address}:{foundAt ?? ports.Amqp}/{virtualHost}";

    public Uri ManagementUri => new($"http://{address}:{ports.Management}/");

    public static RabbitTopology Topology(string repository)
        => RabbitTopology.Parse(File.ReadAllText(Path.Combine(repository, "deploy/rabbitmq/definitions.json")));

    /// <summary>Writes the node's files and says how its two processes are run: the port mapper first.</summary>
    public async Task<(ProcessSpec PortMapper, ProcessSpec Server)> PrepareAsync(CancellationToken ct)
    {
        var definitions = Path.Combine(folder, "definitions.json");
        var settings = (await File.ReadAllTextAsync(Path.Combine(repository, "deploy/rabbitmq/rabbitmq.conf"), ct))
            .Replace("{address}", address).Replace("{amqp}", $"{ports.Amqp}").Replace("{management}", $"{ports.Management}")
            .Replace("{definitions}", definitions);
        await WriteAsync("rabbitmq.conf", settings, ct);
        await WriteAsync("definitions.json", Topology(repository).WithUsers(VirtualHost, Admin, adminPassword, users).ToJsonString(), ct);
        await WriteAsync("enabled_plugins", "[rabbitmq_management].\n", ct);
        await WriteAsync("rabbitmq-env.conf", "", ct);
        var cookie = Path.Combine(folder, ".erlang.cookie");
        if (!File.Exists(cookie)) await WriteAsync(".erlang.cookie", Secrets.NewSecret(), ct);
        File.SetUnixFileMode(cookie, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await _account.OwnAsync(folder, ct);

        return (Spec("epmd", Packages.Find("rabbitmq-server", "/usr/bin/epmd", "/usr/lib/erlang/bin/epmd"),
                    ["-port", $"{ports.Epmd}", "-address", address], Signal.Terminate),
                Spec("rabbitmq", Packages.Find("rabbitmq-server", Packages.RabbitServer), [], Signal.Terminate));
    }

    public Task<string?> WhyPortMapperNotReadyAsync(CancellationToken ct) => Probes.TcpAsync(address, ports.Epmd, ct);

    /// <summary>The listener opens after the definitions are in.</summary>
    public Task<string?> WhyNotReadyAsync(CancellationToken ct) => Probes.TcpAsync(address, ports.Amqp, ct);

    private ProcessSpec Spec(string name, string program, string[] arguments, Signal stop)
        => new(name, program, arguments, Environment(), folder, _account, stop, TimeSpan.FromSeconds(40));

    /// <summary>What rabbitmqctl needs too, to speak to this node.</summary>
    public IReadOnlyDictionary<string, string> Environment() => new Dictionary<string, string>
    {
        ["HOME"] = folder,
        ["ERL_EPMD_PORT"] = $"{ports.Epmd}",
        ["ERL_EPMD_ADDRESS"] = address,
        ["RABBITMQ_NODENAME"] = Name,
        ["RABBITMQ_CONF_ENV_FILE"] = Path.Combine(folder, "rabbitmq-env.conf"),
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq.conf"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "enabled_plugins"),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "mnesia"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        // Shared by all nodes of the machine otherwise: two that start together overwrite each other's and fail.
        ["RABBITMQ_GENERATED_CONFIG_DIR"] = Path.Combine(folder, "config"),
        ["RABBITMQ_SCHEMA_DIR"] = Path.Combine(folder, "schema"),
        ["RABBITMQ_DIST_PORT"] = $"{ports.Distribution}",
        ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] = $"-kernel inet_dist_use_interface {{{address.Replace('.', ',')}}}",
        // The start script then replaces itself by the Erlang machine, so that our signals reach it.
        ["RUNNING_UNDER_SYSTEMD"] = "true",
    };

    private Task WriteAsync(string name, string content, CancellationToken ct)
        => File.WriteAllTextAsync(Path.Combine(folder, name), content, ct);
}
