using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost;

/// <summary>
/// One running instance, from nothing to ready and back: nodes, databases, migrations, access, the other services, the
/// door; and the reverse.
/// </summary>
public sealed class Instance(
    Topology topology, DataDirectory data, string origin, string address, Detours detours, string configuration, Journal journal, Leash leash)
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    private readonly Secrets _secrets = new(data);
    private readonly List<Supervised> _running = [];
    private readonly Lock _changing = new();
    private Phase _phase = Phase.Starting;
    private string? _reason;

    public async Task StartAsync(CancellationToken ct)
    {
        PrepareSecrets();
        var postgres = new PostgresNode(topology.Repository, data.Postgres, topology.PostgresPort, _secrets["postgres admin"], foundAt: detours.Postgres);
        var rabbit = new RabbitNode(topology.Repository, data.Rabbit, topology.Rabbit, _secrets["rabbitmq admin"],
            topology.Services.Where(s => s.HasBroker).ToDictionary(s => s.Name, s => _secrets[$"rabbitmq {s.Name}"]), foundAt: detours.Rabbit);

        await Task.WhenAll(StartPostgresAsync(postgres, ct), StartRabbitAsync(rabbit, ct));
        var databases = await CreateDatabasesAsync(postgres, ct);
        await MigrateAsync(rabbit, databases, ct);
        await StartServicesAsync(rabbit, databases, ct);
        await AddStoredTenantsAsync(postgres, databases.Values, ct);
        await StartDoorAsync(ct);
        Become(Phase.Ready);
    }

    public async Task StopAsync(string? failure)
    {
        Become(failure is null ? Phase.Stopping : Phase.Failed, failure);
        // The door first, so that nobody's request meets a half stopped house; nodes after those that use them.
        await StopProcessAsync("nginx");
        await Task.WhenAll(topology.Services.SelectMany(s => s.Ports.Select((_, i) => s.ProcessName(i))).Select(StopProcessAsync));
        await Task.WhenAll(StopProcessAsync("rabbitmq"), StopProcessAsync("postgres"));
        await StopProcessAsync("epmd");
        Become(failure is null ? Phase.Stopped : Phase.Failed, failure);
    }

    private void PrepareSecrets()
    {
        foreach (var service in topology.Services)
            Directory.CreateDirectory(data.SecretsOf(service.Name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _secrets.WriteClients(topology.Services);
    }

    private async Task StartPostgresAsync(PostgresNode postgres, CancellationToken ct)
        => await StartProcessAsync(await postgres.PrepareAsync(ct), postgres.Port, postgres.WhyNotReadyAsync, ct);

    private async Task StartRabbitAsync(RabbitNode rabbit, CancellationToken ct)
    {
        var (portMapper, server) = await rabbit.PrepareAsync(ct);
        await StartProcessAsync(portMapper, rabbit.Ports.Epmd, rabbit.WhyPortMapperNotReadyAsync, ct);
        await StartProcessAsync(server, rabbit.Ports.Amqp, rabbit.WhyNotReadyAsync, ct);
    }

    private async Task<Dictionary<string, DatabaseAccess>> CreateDatabasesAsync(PostgresNode postgres, CancellationToken ct)
    {
        var databases = new Dictionary<string, DatabaseAccess>();
        foreach (var service in topology.Services.Where(s => s.HasDatabase))
        {
            databases[service.Name] = await postgres.CreateDatabaseAsync(service.Database, _secrets[$"{service.Database}_owner"],
                _secrets[$"{service.Database}_app"], _secrets[$"{service.Database}_daemon"], ct);
        }

        return databases;
    }

    /// <summary>The same program once, with the owner's password that the running service never has.</summary>
    private async Task MigrateAsync(RabbitNode rabbit, Dictionary<string, DatabaseAccess> databases, CancellationToken ct)
        => await Parallel.ForEachAsync(topology.Services.Where(s => s.HasDatabase), new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = ct },
            async (service, token) =>
            {
                var database = databases[service.Name];
                var environment = EnvironmentOf(service, 0, rabbit, database);
                environment[ServiceEnvironment.Owner] = database.Owner;
                var printed = await MigrateAsync(service, environment, token);
                foreach (var line in printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)) journal.Write(service.Name, line);
                journal.Say($"{service.Name}: database is up to date.");
            });

    private async Task<string> MigrateAsync(Service service, Dictionary<string, string> environment, CancellationToken ct)
    {
        try
        {
            return await Command.RunAsync(DotnetHost.Path, [Assembly(service), "migrate"], ct, environment, Folder(service));
        }
        catch (CommandFailedException e)
        {
            throw new CommandFailedException($"The migration of {service.Name} failed. {e.Message}");
        }
    }

    private async Task StartServicesAsync(RabbitNode rabbit, Dictionary<string, DatabaseAccess> databases, CancellationToken ct)
    {
        // Everybody asks access for tokens, so it is there first.
        var (first, others) = (topology.Service("access"), topology.Services.Where(s => s.Name != "access"));
        await StartReplicasAsync(first);
        await Task.WhenAll(others.Select(StartReplicasAsync));

        Task StartReplicasAsync(Service service) => Task.WhenAll(service.Ports.Select((port, replica) => StartProcessAsync(
            new ProcessSpec(service.ProcessName(replica), DotnetHost.Path, [Assembly(service)],
                EnvironmentOf(service, replica, rabbit, databases.GetValueOrDefault(service.Name)), Folder(service),
                Account.Own, Signal.Terminate, Drain),
            port, token => Probes.HttpAsync(new Uri(service.Url(replica) + "/health"), token), ct)));
    }

    private async Task AddStoredTenantsAsync(PostgresNode postgres, IEnumerable<DatabaseAccess> databases, CancellationToken ct)
    {
        var tenants = new StoredTenants(postgres, new Uri(topology.Service("access").Url(0)), _secrets.Operator);
        foreach (var tenant in await tenants.AddAsync(databases.Select(database => database.Name), ct))
            journal.Say($"{tenant} has data here and is an institution of this installation from now on.");
    }

    private async Task StartDoorAsync(CancellationToken ct)
    {
        var nginx = new NginxNode(topology, data.Nginx, address);
        await StartProcessAsync(await nginx.PrepareAsync(ct), topology.Door.Port, nginx.WhyNotReadyAsync, ct);
    }

    private async Task StartProcessAsync(ProcessSpec spec, int port, Func<CancellationToken, Task<string?>> whyNotReady, CancellationToken ct)
    {
        var supervised = new Supervised(spec, port, whyNotReady, leash, journal, WriteState);
        lock (_changing) _running.Add(supervised);
        await supervised.StartAsync(ct);
    }

    private async Task StopProcessAsync(string name)
    {
        Supervised? supervised;
        lock (_changing) supervised = _running.Find(s => s.Name == name);
        if (supervised is not null) await supervised.StopAsync();
    }

    private Dictionary<string, string> EnvironmentOf(Service service, int replica, RabbitNode rabbit, DatabaseAccess? database)
    {
        var door = $"http://{NginxNode.ReachedAt(address)}:{topology.Door.Port}";
        var environment = ServiceEnvironment.Of(service, replica, topology, data, _secrets, origin, door, database, rabbit);
        foreach (var setting in detours.Settings.Where(setting => setting.IsOf(service, replica))) environment[setting.Name] = setting.Value;
        return environment;
    }

    private string Assembly(Service service) => service.Assembly(topology.Repository, configuration);

    private string Folder(Service service) => Path.GetDirectoryName(Assembly(service))!;

    private void Become(Phase phase, string? reason = null)
    {
        (_phase, _reason) = (phase, reason);
        WriteState();
    }

    private void WriteState()
    {
        lock (_changing)
        {
            new RunState(Environment.ProcessId, Signals.StartTime(Environment.ProcessId) ?? 0, _phase, _reason, origin, topology.Door.Port,
                [.. _running.Select(s => new ProcessState(s.Name, s.Condition, s.Pid, s.Pid is { } pid ? Signals.StartTime(pid) : null, s.Port, s.Restarts))])
                .Write(data);
        }
    }
}
