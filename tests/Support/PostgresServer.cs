using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;
using Xunit;

namespace Pathways.Tests.Support;

/// <summary>
/// A private PostgreSQL server on a free port, with default durability, in a directory of its own: the node that LocalHost
/// runs. Can be stopped, killed, and hung, for tests of what happens then.
/// </summary>
public sealed class PostgresServer : IAsyncLifetime
{
    /// <summary>Before statements of a superuser: for these no trigger fires, also not the one that refuses changes of events.</summary>
    public const string WithoutTriggers = "set local session_replication_role = replica; ";

    private readonly TemporaryFolder _folder = new("postgres");
    private readonly PostgresNode _node;
    private readonly string[] _settings;
    private ServerProcess? _process;

    /// <param name="folder">Where its data lie, when not in a temporary folder of its own.</param>
    /// <param name="settings">Over those of every server: <c>fsync=off</c>.</param>
    public PostgresServer(string? folder = null, params string[] settings)
    {
        _settings = settings;
        _node = new PostgresNode(Repository.Root, folder ?? _folder.Sub("postgres"), FreePorts.Take(1)[0], Secrets.NewSecret());
    }

    public int Port => _node.Port;

    public string AdminConnectionString => _node.AdminConnection("postgres");

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer();
        await server.InitializeAsync();
        return server;
    }

    public async ValueTask InitializeAsync() => await StartAgainAsync();

    /// <summary>After <see cref="StopAsync"/> or <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        var spec = await _node.PrepareAsync(CancellationToken.None);
        _process = await ServerProcess.StartAsync(
            spec with { Arguments = [.. spec.Arguments, .. _settings.SelectMany(setting => new[] { "-c", setting })] }, _node.WhyNotReadyAsync);
    }

    /// <summary>In good order; clients are disconnected.</summary>
    public Task StopAsync() => Running.StopAsync();

    /// <summary>As a crash: what was not flushed is lost.</summary>
    public Task KillAsync() => Running.KillAsync();

    /// <summary>Connections stay open and nobody answers, until <see cref="Resume"/>.</summary>
    public void Pause() => Running.Pause();

    public void Resume() => Running.Resume();

    /// <summary>A database with its three roles, as LocalHost makes it for a service.</summary>
    public async Task<Database> CreateDatabaseAsync(string name)
    {
        var access = await _node.CreateDatabaseAsync(name, Secrets.NewSecret(), Secrets.NewSecret(), Secrets.NewSecret(), CancellationToken.None);
        return new Database(access.Owner, access.App, access.Daemon);
    }

    /// <summary>As a superuser, whom neither privileges nor row-level security stop.</summary>
    public string SuperuserConnectionString(string database) => _node.AdminConnection(database);

    public async ValueTask DisposeAsync()
    {
        // Nobody will read these data again: a shutdown checkpoint would be time for nothing.
        if (_process is not null) await _process.KillAsync();
        _folder.Dispose();
    }

    private ServerProcess Running => _process ?? throw new InvalidOperationException("The server was not started.");
}

public sealed record Database(string OwnerConnectionString, string AppConnectionString, string DaemonConnectionString);
