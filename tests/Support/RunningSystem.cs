using System.Diagnostics;
using System.Text.Json;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;
using Xunit;

namespace Pathways.Tests.Support;

/// <summary>
/// The whole system, as <c>deploy/up --detach</c> starts it, in a temporary data directory on free ports. The services
/// are the ones built beside the tests.
/// </summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new("system");
    private readonly Lazy<int> _port;

    public RunningSystem() => _port = new Lazy<int>(() => FreePorts.TakeFirst(door => [.. Topology.Read(Repository.Root, door, Replicas).Ports.Select(p => p.Port)]));

    public DataDirectory Data => new(_folder.Sub("data"));

    public int Port => _port.Value;

    /// <summary>Of every service; null: as in tye.yaml.</summary>
    public int? Replicas { get; init; }

    /// <summary>Proxies before the nodes, settings of single processes.</summary>
    public Detours Detours { get; init; } = Detours.None;

    /// <summary>Given to the system beside what it has from us, such as where to send telemetry.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>What is to be done after everything has ended, before the folder is deleted.</summary>
    public Func<Task> AfterDown { get; set; } = () => Task.CompletedTask;

    /// <summary>The one public origin.</summary>
    public Uri Origin => new($"http://127.0.0.1:{Port}");

    public Topology Topology => Topology.Read(Repository.Root, Port, Replicas);

    /// <summary>What the supervisor says runs at the moment.</summary>
    public RunState State => RunState.Read(Data) ?? throw new InvalidOperationException("Nothing was started.");

    /// <summary>The client of the CLI: any tenant, scope <c>operator</c>.</summary>
    public OperatorClient Operator
        => JsonSerializer.Deserialize<OperatorClient>(File.ReadAllText(Data.OperatorFile), JsonSerializerOptions.Web)!;

    public async ValueTask InitializeAsync()
    {
        string[] replicas = Replicas is null ? [] : ["--replicas", $"{Replicas}"];
        var (exitCode, output) = await LocalHostAsync("up", ["--detach", "--no-sample", "--port", $"{Port}", .. replicas, .. Detours.Arguments()]);
        if (exitCode != 0) throw new InvalidOperationException(output);
        ServerProcess.Leash.Hold(State.Pid);
    }

    public ProcessState Process(string name) => State.Processes.Single(p => p.Name == name);

    /// <summary>As a crash; the supervisor starts it again. The answer is the killed process.</summary>
    public ProcessState Kill(string name)
    {
        var process = Process(name);
        Signals.SendToTree(process.Pid ?? throw new InvalidOperationException($"{name} does not run."), Signal.Kill);
        return process;
    }

    /// <summary>Until the named process runs again as another one than <paramref name="before"/>, and is ready.</summary>
    public Task RestartedAsync(ProcessState before, TimeSpan within, CancellationToken ct)
        => Eventually.TrueAsync(() => Process(before.Name) is { Condition: Condition.Ready, Pid: { } pid } && pid != before.Pid,
            within, $"{before.Name} runs again", ct);

    /// <summary>One of LocalHost's commands on this data directory.</summary>
    public async Task<(int ExitCode, string Output)> LocalHostAsync(string command, params string[] arguments)
    {
        var program = Path.Combine(Repository.Root, "deploy/LocalHost/bin", Repository.Configuration, "net10.0/Pathways.LocalHost.dll");
        var start = new ProcessStartInfo(DotnetHost.Path, [program, command, "--data", Data.Root, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        using var process = System.Diagnostics.Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    public async ValueTask DisposeAsync()
    {
        await LocalHostAsync("down");
        await AfterDown();
        _folder.Dispose();
    }
}
