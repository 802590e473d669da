using System.Globalization;
using Pathways.EventStore;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Net;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <param name="Settings">Environment variables of single processes.</param>
/// <param name="Prepare">Before anything starts: the system has its folder and ports, nothing more.</param>
internal sealed record FaultSetup(IReadOnlyList<Setting> Settings, Func<RunningSystem, Task>? Prepare = null)
{
    public static FaultSetup Plain { get; } = new([]);

    public bool IsPlain => Settings.Count == 0 && Prepare is null;

    /// <summary>To a service whose clock is wrong, a valid token is none.</summary>
    public bool TurnsAClock => Settings.Any(setting => setting.Name.StartsWith("FAKETIME", StringComparison.Ordinal));
}

/// <summary>A running system that can be broken: between its services and its nodes stand proxies, and what its callers were told is written down.</summary>
internal sealed class FaultSystem : IAsyncDisposable
{
    private readonly TemporaryFolder _failpoints = new("failpoints");

    private FaultSystem(FaultSetup setup, int replicas)
    {
        Setup = setup;
        Running = new RunningSystem
        {
            Replicas = replicas,
            Detours = new Detours(Postgres.Port, Rabbit.Port, setup.Settings),
            Environment = new Dictionary<string, string?> { [Failpoint.Variable] = _failpoints.Path },
        };
        Log = new SystemLog(Running);
    }

    public FaultSetup Setup { get; }

    public RunningSystem Running { get; }

    /// <summary>Between all services and PostgreSQL.</summary>
    public FaultProxy Postgres { get; } = new();

    /// <summary>Between all services and RabbitMQ.</summary>
    public FaultProxy Rabbit { get; } = new();

    public RunningNodes Nodes => field ??= new RunningNodes(Running);

    public History History { get; } = new();

    public SystemLog Log { get; }

    /// <summary>Faults that were applied since the case began.</summary>
    public int Faults { get; set; }

    /// <summary>What a case saw while it broke things.</summary>
    public List<Violation> Seen { get; } = [];

    public IReadOnlyList<Service> Services => Running.Topology.Services;

    /// <summary>Every process of every service: learning-record, learning-record-2, …</summary>
    public IReadOnlyList<string> ServiceProcesses => [.. Services.SelectMany(ProcessesOf)];

    public static async Task<FaultSystem> StartAsync(FaultSetup setup, int replicas, CancellationToken cancellation)
    {
        var system = new FaultSystem(setup, replicas);
        try
        {
            if (setup.Prepare is not null) await setup.Prepare(system.Running);
            (system.Postgres.Target, system.Rabbit.Target) = (system.Running.Topology.PostgresPort, system.Running.Topology.Rabbit.Amqp);
            await system.Running.InitializeAsync();
            await WeldingStory.DefineAsync(system.Running, cancellation);
            await FeedQueue.OpenAsync(system.Running, cancellation);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public IEnumerable<string> ProcessesOf(Service service) => service.Ports.Select((_, replica) => service.ProcessName(replica));

    /// <summary>As a crash, when it lives; the supervisor starts it again.</summary>
    public void Kill(string process)
    {
        Faults++;
        if (Running.Process(process).IsAlive) Running.Kill(process);
    }

    public void Signal(string process, Signal signal)
    {
        Faults++;
        if (Running.Process(process) is { IsAlive: true, Pid: { } pid }) Signals.SendToTree(pid, signal);
    }

    /// <summary>The next process of the service that comes to the point ends there, as by kill -9.</summary>
    public void Arm(string service, string point) => File.WriteAllText(Failpoint.FileOf(_failpoints.Path, service, point), "");

    /// <summary>Until a process came to the point where it was to end.</summary>
    public async Task StruckAsync(string service, string point, TimeSpan within, CancellationToken cancellation)
    {
        await Eventually.TrueAsync(
            () => !File.Exists(Failpoint.FileOf(_failpoints.Path, service, point)), within, $"a process of {service} comes to '{point}'", cancellation);
        Faults++;
    }

    /// <summary>Every process runs and is ready.</summary>
    public Task RunsAgainAsync(TimeSpan within, CancellationToken cancellation) => RunAgainAsync(
        [.. Running.State.Processes.Select(process => process.Name)], within, cancellation);

    public Task RunAgainAsync(IReadOnlyCollection<string> names, TimeSpan within, CancellationToken cancellation) => Eventually.TrueAsync(
        () => Running.State.Processes.Where(process => names.Contains(process.Name)).All(process => process.Condition == Condition.Ready && process.IsAlive),
        within, $"{string.Join(", ", names)} run again", cancellation);

    /// <summary>Looks until it is so; what does not become so is a violation, and the case goes on.</summary>
    public async Task SeesAsync(Func<Task<bool>> look, TimeSpan within, string expectation, CancellationToken cancellation)
    {
        try
        {
            await Eventually.TrueAsync(look, within, expectation, cancellation);
        }
        catch (TimeoutException late)
        {
            Seen.Add(new Violation(ViolationKind.LeftOver, late.Message));
        }
    }

    /// <summary>What is acknowledged from now on gets through to the feed, while the fault lasts.</summary>
    public Task NewArrivesAsync(TimeSpan within, string expectation, CancellationToken cancellation)
    {
        int before = History.Attempts.Count;
        return SeesAsync(
            async () =>
            {
                var taken = History.Attempts.Skip(before).FirstOrDefault(attempt => attempt.Outcome == Outcome.Ok);
                if (taken is null) return false;
                var log = await Log.ReadOnAsync(cancellation);
                var recorded = log.FirstOrDefault(entry => entry.Type == "achievement_recorded" && (string?)entry.Data["RecordId"] == $"{taken.Statement}");
                return recorded is not null && log.Any(entry => entry.Type == "public_event_received" && ((string)entry.Data["CloudEvent"]!).Contains($"{recorded.Id}"));
            },
            within, expectation, cancellation);
    }

    /// <summary>Since then callers were refused, or the fault was none; and each of them was told when to ask again.</summary>
    public void RefusedWithRetryAfter(int before)
    {
        var refused = History.Attempts.Skip(before).Where(attempt => attempt.Outcome != Outcome.Ok).ToList();
        if (refused.Count == 0) Seen.Add(new(ViolationKind.LeftOver, "no command was refused: the fault was none"));
        Seen.AddRange(refused.Where(attempt => attempt is not { Answer: "503", SaysWhenToRetry: true })
            .Select(attempt => new Violation(ViolationKind.LeftOver, $"a command was answered with {attempt.Answer} and not with 503 and Retry-After, after {attempt.Took.TotalSeconds:0.0} s")));
    }

    /// <summary>By SIGSTOP.</summary>
    public bool IsStopped(string process) => Proc(process, "State").StartsWith('T');

    public long ResidentBytes(string process) => long.Parse(Proc(process, "VmRSS").Split(' ')[0], CultureInfo.InvariantCulture) * 1024;

    public int Threads(string process) => int.Parse(Proc(process, "Threads"), CultureInfo.InvariantCulture);

    /// <summary>For whoever looks into a violation; the system's own folder goes with it.</summary>
    public string KeepLogs()
    {
        var kept = Directory.CreateTempSubdirectory("pathways-faults-").FullName;
        foreach (var log in Directory.EnumerateFiles(Running.Data.Logs)) File.Copy(log, Path.Combine(kept, Path.GetFileName(log)));
        return kept;
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        await Postgres.DisposeAsync();
        await Rabbit.DisposeAsync();
        _failpoints.Dispose();
    }

    private string Proc(string process, string field) => File.ReadLines($"/proc/{Running.Process(process).Pid}/status")
        .First(line => line.StartsWith(field + ":", StringComparison.Ordinal))[(field.Length + 1)..].Trim();
}
