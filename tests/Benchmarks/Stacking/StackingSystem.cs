using System.Diagnostics;
using System.Runtime;
using System.Text;
using System.Text.Json;
using Pathways.Benchmarks.Xapi;
using Pathways.Contracts;
using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.Messaging;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;
using Pathways.PathwayStacking;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using RabbitMQ.Client;

namespace Pathways.Benchmarks.Stacking;

/// <param name="Rate">Events per second that were really sent.</param>
/// <param name="Cpu">Of the service and who publishes, for one event; other load on the machine does not change it much.</param>
/// <param name="ServersCpu">Of PostgreSQL and RabbitMQ.</param>
internal sealed record Steady(Samples Taken, double Rate, TimeSpan Cpu, TimeSpan ServersCpu);

/// <summary>The service in this process with its own database and virtual host, and somebody who publishes credentials to it.</summary>
internal sealed class StackingSystem : IAsyncDisposable
{
    private const string Tenant = "hutchinson";
    public const int Courses = Groups * CoursesInGroup;

    private const int Groups = 6;
    private const int CoursesInGroup = 10;
    private const int Warmup = 2_000;

    // The runtime compiles hot code again, beside the work, for a while after a start. When it takes less of a second than this, that is over.
    private static readonly TimeSpan Compiling = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestWarmup = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ServiceUnderTest _service;
    private readonly CommitTimes _commits;
    private readonly IConnection _connection;
    private readonly IChannel _channel;
    private readonly int _learners;
    private int _sent;

    private StackingSystem(ServiceUnderTest service, CommitTimes commits, IConnection connection, IChannel channel, int learners)
        => (_service, _commits, _connection, _channel, _learners) = (service, commits, connection, channel, learners);

    /// <summary>Nothing but the way through: consumes, appends one event, commits.</summary>
    public static Task<StackingSystem> StartBareAsync(PostgresServer postgres, RabbitServer rabbit, CancellationToken cancellation)
        => StartAsync(postgres, rabbit, new ServiceDefinition("pathway-stacking", new Dictionary<string, Type> { ["taken"] = typeof(Taken) })
        {
            Services = services => services.AddMessaging(messaging => messaging.React<BareReaction>(incoming => incoming.Stream)),
        }, learners: 1, cancellation);

    /// <param name="learners">Enrolled in a pathway of sixty courses.</param>
    public static async Task<StackingSystem> StartAsync(PostgresServer postgres, RabbitServer rabbit, int learners, CancellationToken cancellation)
    {
        var system = await StartAsync(postgres, rabbit, StackingService.Definition, learners, cancellation);
        using var registrar = system._service.Client(Tenant, "define", "learners");
        using var document = new StringContent(Pathway(), Encoding.UTF8, "application/ld+json");
        using var imported = await registrar.PostAsync("pathway-stacking/pathways/import", document, cancellation);
        var pathwayId = (await JsonDocument.ParseAsync(await imported.Content.ReadAsStreamAsync(cancellation), cancellationToken: cancellation)).RootElement
            .GetProperty("pathways")[0].GetProperty("pathwayId").GetString();
        await Parallel.ForEachAsync(Enumerable.Range(0, learners), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (learner, token) =>
        {
            using var body = new StringContent(JsonSerializer.Serialize(new { learnerId = $"learner-{learner}", pathwayId }), Encoding.UTF8, "application/json");
            using var enrolled = await registrar.PostAsync("pathway-stacking/enrolments", body, token);
            enrolled.EnsureSuccessStatusCode();
        });
        return system;
    }

    /// <summary>Until what is to be compiled is compiled, in this process.</summary>
    public async Task WarmUpAsync(int rate, CancellationToken cancellation)
    {
        await AtOnceAsync(Warmup, cancellation);
        var started = Stopwatch.GetTimestamp();
        TimeSpan compiling;
        do
        {
            var before = JitInfo.GetCompilationTime();
            await SendAsync(rate, rate, cancellation);
            compiling = JitInfo.GetCompilationTime() - before;
        }
        while (compiling > Compiling && Stopwatch.GetElapsedTime(started) < LongestWarmup);
        await TakenAsync(_sent, cancellation);
    }

    /// <summary>At a steady rate, of learners who hold something.</summary>
    public async Task<Steady> SteadilyAsync(int events, int rate, CancellationToken cancellation)
    {
        await AtOnceAsync(Warmup, cancellation);
        // What follows the decisions (sealing, lists, publishing) is still busy with those.
        await SendAsync(rate * 3, rate, cancellation);
        var (all, own) = (CpuMeter.Of([Environment.ProcessId]), Environment.CpuUsage.TotalTime);
        var started = Stopwatch.GetTimestamp();
        var sent = await SendAsync(events, rate, cancellation);
        var took = Stopwatch.GetElapsedTime(started);
        await TakenAsync(_sent, cancellation);
        var samples = new Samples();
        foreach (var (id, at) in sent) samples.Add(Stopwatch.GetElapsedTime(at, _commits.Of(id)).TotalMilliseconds);
        own = Environment.CpuUsage.TotalTime - own;
        return new(samples, events / took.TotalSeconds, own / events, (all.Elapsed() - own) / events);
    }

    /// <summary>When each was sent.</summary>
    private async Task<Dictionary<Guid, long>> SendAsync(int events, int rate, CancellationToken cancellation)
    {
        var sent = new Dictionary<Guid, long>();
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < events; number++)
        {
            var due = TimeSpan.FromSeconds(number / (double)rate) - Stopwatch.GetElapsedTime(started);
            if (due > TimeSpan.Zero) await Task.Delay(due, cancellation);
            var id = Guid.CreateVersion7();
            var at = Stopwatch.GetTimestamp();
            await PublishAsync(id, cancellation);
            sent[id] = at;
        }
        return sent;
    }

    /// <summary>How long a backlog takes.</summary>
    public async Task<TimeSpan> AtOnceAsync(int events, CancellationToken cancellation)
    {
        var before = _commits.Count;
        var started = Stopwatch.GetTimestamp();
        for (var number = 0; number < events; number++) await PublishAsync(Guid.CreateVersion7(), cancellation);
        await TakenAsync(before + events, cancellation);
        return Stopwatch.GetElapsedTime(started);
    }

    public async ValueTask DisposeAsync()
    {
        await _channel.DisposeAsync();
        await _connection.DisposeAsync();
        await _service.DisposeAsync();
    }

    private static async Task<StackingSystem> StartAsync(
        PostgresServer postgres, RabbitServer rabbit, ServiceDefinition definition, int learners, CancellationToken cancellation)
    {
        var broker = await rabbit.CreateVirtualHostAsync();
        var commits = new CommitTimes();
        var service = await ServiceUnderTest.StartAsync(
            postgres, definition, new Dictionary<string, string?> { ["RabbitMq:Uri"] = broker.Uri("pathway-stacking"), ["Access:Url"] = "http://127.0.0.1:9" }, commits.Watch);
        var connection = await new ConnectionFactory { Uri = new Uri(broker.Uri("credential-issuance")) }.CreateConnectionAsync(cancellation);
        return new(service, commits, connection, await connection.CreateChannelAsync(cancellationToken: cancellation), learners);
    }

    private Task TakenAsync(int events, CancellationToken cancellation)
        => Eventually.TrueAsync(() => Task.FromResult(_commits.Count >= events), Patience, $"{events} events are taken", cancellation);

    /// <summary>Learners take turns; each gets one course after the other.</summary>
    private async Task PublishAsync(Guid id, CancellationToken cancellation)
    {
        var number = _sent++;
        var (learner, course) = ($"learner-{number % _learners}", number / _learners % (Groups * CoursesInGroup));
        var now = TimeProvider.System.GetUtcNow();
        var issued = new CredentialIssued(
            $"https://hutchinson.example/credentials/{id}", learner, $"https://hutchinson.example/achievements/C{course}", 1, $"Course {course}", "did:web:hutchinson.example", now, null,
            new Credit(3, "creditUnit:SemesterHour"), null, 0.9m, [$"C{course}"], [], []);
        var name = PublicEvents.NameOf(typeof(CredentialIssued));
        var cloudEvent = new CloudEvent(
            id, CloudEvent.SourceOf(Tenant, name.Source), name.Type, $"credential-{id}", now, "1", "0", now, $"bench-{number}", null, JsonSerializer.SerializeToElement(issued, PublicEvents.Json));
        await _channel.BasicPublishAsync(BrokerTopology.Events, BrokerTopology.RoutingKey(name), Encoding.UTF8.GetBytes(cloudEvent.ToJson()), cancellation);
    }

    /// <summary>Six groups of ten courses, of which eight are needed.</summary>
    internal static string Pathway()
    {
        const string root = "https://hutchinson.example/pathways/bench";
        var courses = Enumerable.Range(0, Groups * CoursesInGroup).ToList();
        var conditions = courses.Chunk(CoursesInGroup).Select(group => new Dictionary<string, object>
        {
            ["@type"] = "ceterms:ComponentCondition", ["ceterms:requiredNumber"] = CoursesInGroup - 2, ["ceterms:targetComponent"] = group.Select(course => $"{root}/C{course}"),
        });
        var nodes = courses.Select(course => new Dictionary<string, object>
        {
            ["@id"] = $"{root}/C{course}", ["@type"] = "ceterms:CourseComponent", ["ceterms:name"] = $"Course {course}", ["ceterms:codedNotation"] = $"C{course}",
        });
        return JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["@graph"] = nodes.Prepend(new() { ["@id"] = $"{root}/goal", ["@type"] = "ceterms:CredentialComponent", ["ceterms:name"] = "Degree", ["ceterms:hasCondition"] = conditions })
                .Prepend(new() { ["@id"] = root, ["@type"] = "ceterms:Pathway", ["ceterms:name"] = "Bench", ["ceterms:hasDestinationComponent"] = new[] { $"{root}/goal" } }),
        });
    }
}
