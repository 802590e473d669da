using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;
using Xunit;

namespace Pathways.Tests.Support;

/// <summary>
/// A private RabbitMQ node: the one that LocalHost runs, with the broker users of tye.yaml. Each test class takes a
/// virtual host of its own.
/// </summary>
public sealed class RabbitServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new("rabbitmq");
    private readonly RabbitNode _node;
    private readonly HttpClient _management;
    private readonly string[] _users;
    private ServerProcess? _portMapper;
    private ServerProcess? _server;
    private int _virtualHosts;

    public RabbitServer()
    {
        _users = [.. Topology.Read(Repository.Root).Services.Where(s => s.HasBroker).Select(s => s.Name)];
        var ports = FreePorts.Take(4);
        var adminPassword = Secrets.NewSecret();
        _node = new RabbitNode(Repository.Root, _folder.Sub("rabbitmq"), new RabbitPorts(ports[0], ports[1], ports[2], ports[3]),
            adminPassword, _users.ToDictionary(user => user, _ => Secrets.NewSecret()));
        _management = new HttpClient { BaseAddress = new Uri(_node.ManagementUri, "api/") };
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic",
            Convert.ToBase64String(Encoding.UTF8.GetBytes($"{RabbitNode.Admin}:{adminPassword}")));
    }

    /// <summary>The management API as administrator; base address <c>http://…/api/</c>.</summary>
    public HttpClient Management => _management;

    public static async Task<RabbitServer> StartAsync()
    {
        var server = new RabbitServer();
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync()
    {
        var (portMapper, _) = await _node.PrepareAsync(CancellationToken.None);
        _portMapper = await ServerProcess.StartAsync(portMapper, _node.WhyPortMapperNotReadyAsync);
        await StartAgainAsync();
    }

    /// <summary>After <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        var (_, server) = await _node.PrepareAsync(CancellationToken.None);
        _server = await ServerProcess.StartAsync(server, _node.WhyNotReadyAsync);
    }

    public Task StopAsync() => Running.StopAsync();

    /// <summary>As a crash.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Connections stay open and nobody answers, until <see cref="Resume"/>.</summary>
    public void Pause() => Running.Pause();

    public void Resume() => Running.Resume();

    /// <summary>A new virtual host that holds what deploy/rabbitmq/definitions.json says, or nothing at all.</summary>
    public async Task<Broker> CreateVirtualHostAsync(bool withTopology = true)
    {
        var name = $"test-{Interlocked.Increment(ref _virtualHosts)}";
        await ImportAsync(name, withTopology ? RabbitNode.Topology(Repository.Root) : RabbitTopology.Parse("{}"));
        return new Broker(this, name);
    }

    internal async Task ImportAsync(string virtualHost, RabbitTopology topology)
    {
        var definitions = topology.In(virtualHost, [RabbitNode.Admin, .. _users]);
        definitions["vhosts"] = new JsonArray(new JsonObject { ["name"] = virtualHost });
        using var answer = await _management.PostAsJsonAsync(new Uri("definitions", UriKind.Relative), definitions);
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException($"RabbitMQ refuses the definitions: {await answer.Content.ReadAsStringAsync()}");
    }

    public async ValueTask DisposeAsync()
    {
        _management.Dispose();
        if (_server is not null) await _server.KillAsync();
        if (_portMapper is not null) await _portMapper.KillAsync();
        _folder.Dispose();
    }

    internal string Uri(string user, string virtualHost) => _node.Uri(user, virtualHost);

    private ServerProcess Running => _server ?? throw new InvalidOperationException("The server was not started.");
}

/// <summary>One virtual host of a <see cref="RabbitServer"/>.</summary>
public sealed class Broker(RabbitServer server, string virtualHost) : IAsyncDisposable
{
    public RabbitServer Server => server;

    public string VirtualHost => virtualHost;

    /// <summary>As a service connects: <c>amqp://learning-record:…@127.0.0.1:…/test-1</c>.</summary>
    public string Uri(string service) => server.Uri(service, virtualHost);

    public string AdminUri => server.Uri(RabbitNode.Admin, virtualHost);

    /// <summary>Takes all rights from a service's user, until <see cref="ImportTopologyAsync"/>.</summary>
    public async Task ForbidAsync(string service)
    {
        using var answer = await server.Management.PutAsJsonAsync(
            new Uri($"permissions/{virtualHost}/{service}", UriKind.Relative), new { configure = "^$", write = "^$", read = "^$" });
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>What deploy/rabbitmq/definitions.json says, where it is missing.</summary>
    public Task ImportTopologyAsync() => server.ImportAsync(virtualHost, RabbitNode.Topology(Repository.Root));

    public async ValueTask DisposeAsync()
    {
        using var answer = await server.Management.DeleteAsync(new Uri($"vhosts/{virtualHost}", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }
}
