using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.Contracts;
using Pathways.Contracts.LearningRecord.V1;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.Messaging;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Operating;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Wire;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Tests.Support;

public sealed record Achieved(int Number);

/// <summary>Not translated, so it is private.</summary>
public sealed record Remarked(string Text);

public sealed record Noted(int Number);

public sealed class Translation : IPublicTranslation
{
    public IPublicEvent? Translate(RecordedEvent recorded) => recorded.Data is Achieved achieved
        ? new AchievementRecorded("learner-1", $"record-{achieved.Number}", "passed", "https://example.org/activity", null, null, recorded.ValidTime, "1")
        : null;
}

/// <summary>What the reaction is to choke on.</summary>
public sealed class Poison
{
    public ConcurrentDictionary<string, bool> Records { get; } = [];
}

/// <summary>Notes every record in a stream of its own, one for each source stream, in the order in which they come.</summary>
public sealed class NoteReaction(IEventStore store, Poison poison) : IReaction
{
    private static readonly Decider<int> OnlyVersion = new(0, (_, _) => 0);

    public string Source => "learning-record";

    public async Task ReactAsync(IncomingEvent incoming, UnitOfWork work, CancellationToken cancellation)
    {
        if (incoming.Data is not AchievementRecorded recorded) return;
        if (poison.Records.ContainsKey($"{incoming.Stream}/{recorded.RecordId}")) throw new InvalidOperationException($"{recorded.RecordId} is poison.");
        string stream = "notes-" + incoming.Stream;
        var loaded = await store.LoadAsync(incoming.Tenant, stream, OnlyVersion, cancellation);
        work.Append(stream, loaded.Version, [new Noted(int.Parse(recorded.RecordId["record-".Length..]))]);
    }
}

/// <summary>A publishing service and one that takes its events, in this process, over a real broker and real databases.</summary>
public sealed class TwoServices : IAsyncDisposable
{
    public const string Tenant = "utah-state";
    public const string Queue = "credential-issuance.from.learning-record";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly Decider<int> OnlyVersion = new(0, (_, _) => 0);

    private readonly PostgresServer _postgres;
    private WebApplication? _access;
    private readonly List<ServiceUnderTest> _sources = [];
    private readonly Func<ServiceUnderTest, Task<ServiceUnderTest>> _startSourceBeside;
    private readonly List<ServiceUnderTest> _takers = [];

    private TwoServices(PostgresServer postgres, ServiceUnderTest source, Broker broker, Func<ServiceUnderTest, Task<ServiceUnderTest>> startSourceBeside)
    {
        (_postgres, Broker, _startSourceBeside) = (postgres, broker, startSourceBeside);
        _sources.Add(source);
    }

    public ServiceUnderTest Source => _sources[0];

    public ServiceUnderTest Taker => Takers is [var first, ..] ? first : throw new InvalidOperationException("The taker was not started.");

    /// <summary>The processes of the taking service.</summary>
    public IReadOnlyList<ServiceUnderTest> Takers => _takers;

    public Broker Broker { get; }

    public Poison Poison { get; } = new();

    /// <summary>How the taker lets events go side by side, where it does; to be set before it starts.</summary>
    public Func<IncomingEvent, string>? LaneOf { get; set; }

    /// <summary>The publisher alone; <see cref="StartTakerAsync"/> starts the other one.</summary>
    /// <param name="replace">Registers something else in place of a part of the publishing service.</param>
    public static async Task<TwoServices> StartSourceAsync(
        PostgresServer postgres, Broker broker, int replicas = 1, Action<IServiceCollection>? replace = null)
    {
        var definition = new ServiceDefinition("learning-record", new Dictionary<string, Type> { ["achieved"] = typeof(Achieved), ["remarked"] = typeof(Remarked) })
        {
            Services = services => services.AddMessaging(messaging => messaging.Publish<Translation>()),
            Routes = routes => routes.MapPublicEvents(),
        };
        var settings = new Dictionary<string, string?> { ["RabbitMq:Uri"] = broker.Uri("learning-record") };
        var world = new TwoServices(
            postgres, await ServiceUnderTest.StartAsync(postgres, definition, settings, replace), broker, source => source.StartBesideAsync(definition, settings));
        while (world._sources.Count < replicas) world._sources.Add(await world.Source.StartBesideAsync(definition, settings, replace));
        return world;
    }

    public static async Task<TwoServices> StartAsync(PostgresServer postgres, Broker broker, int replicas = 1)
    {
        var services = await StartSourceAsync(postgres, broker, replicas);
        await services.StartTakerAsync(replicas);
        return services;
    }

    /// <summary>Ends the publishing process, and starts another one in which nothing is replaced.</summary>
    public async Task RestartSourceAsync()
    {
        var before = Source;
        await before.DisposeAsync();
        _sources[0] = await _startSourceBeside(before);
    }

    public async Task StartTakerAsync(int replicas = 1)
    {
        _access ??= await StartTokenEndpointAsync();
        var definition = new ServiceDefinition("credential-issuance", new Dictionary<string, Type> { ["noted"] = typeof(Noted) })
        {
            Services = services =>
            {
                services.AddSingleton(Poison);
                services.AddMessaging(messaging => messaging.React<NoteReaction>(LaneOf));
            },
            Routes = routes => routes.MapParkedStreams(),
        };
        var settings = new Dictionary<string, string?>
        {
            ["RabbitMq:Uri"] = Broker.Uri("credential-issuance"),
            ["Pathways:Peers:learning-record"] = Source.Address.ToString(),
            ["Access:Url"] = _access.Urls.Single(),
            ["Access:ClientId"] = "credential-issuance",
            ["Access:ClientSecret"] = "secret",
        };
        if (_takers.Count == 0) _takers.Add(await ServiceUnderTest.StartAsync(_postgres, definition, settings));
        while (_takers.Count < replicas) _takers.Add(await _takers[0].StartBesideAsync(definition, settings));
    }

    /// <summary>A command on the source: events on a stream, with private ones between them when <paramref name="withRemarks"/>.</summary>
    public async Task AchieveAsync(string stream, IEnumerable<int> numbers, bool withRemarks = false)
    {
        var store = Source.Services.GetRequiredService<IEventStore>();
        var loaded = await store.LoadAsync(Tenant, stream, OnlyVersion, Cancellation);
        var events = numbers.SelectMany(number => withRemarks ? new object[] { new Remarked("well done"), new Achieved(number) } : [new Achieved(number)]).ToList();
        var work = new UnitOfWork(new EventContext(Tenant, "test", "correlation-1", TraceParent: Activity.Current?.Id));
        work.Append(stream, loaded.Version, events);
        if ((await store.CommitAsync(work, Cancellation)).Rejection is { } refused) throw new InvalidOperationException(refused.Message);
    }

    public async Task<IReadOnlyList<int>> NotesAsync(string stream)
    {
        var notes = new List<int>();
        await foreach (var recorded in Taker.Services.GetRequiredService<IEventStore>().ReadStreamAsync(Tenant, "notes-" + stream, 0, Cancellation))
            notes.Add(((Noted)recorded.Data).Number);
        return notes;
    }

    public Task NotedAsync(string stream, int count)
        => Eventually.TrueAsync(async () => (await NotesAsync(stream)).Count >= count, Patience, $"{count} notes of {stream}", TestContext.Current.CancellationToken);

    public Task PublishedAsync(long position) => Eventually.TrueAsync(
        async () => await PublisherPositionAsync() >= position, Patience, $"publisher at {position}", TestContext.Current.CancellationToken);

    public async Task<long> PublisherPositionAsync()
        => (long)(await ScalarAsync(Source.Database.DaemonConnectionString, "select coalesce(max(position), 0) from events.subscription_position where name = 'publisher'"))!;

    /// <summary>As after a crash between the broker's confirm and storing the position.</summary>
    public Task ForgetPublisherPositionAsync()
        => ScalarAsync(SuperuserOf(Source), "update events.subscription_position set position = 0 where name = 'publisher'");

    public string SourceSuperuser => SuperuserOf(Source);

    public string TakerSuperuser => SuperuserOf(Taker);

    /// <summary>The stream was taken up to a version, be it by its effects or by parking.</summary>
    public Task TakenAsync(string stream, long version) => Eventually.TrueAsync(
        async () => (long)(await ScalarAsync(TakerSuperuser, $"""
            select greatest(
                (select coalesce(max(version), 0) from events.cursors where stream = '{stream}'),
                (select coalesce(max(version), 0) from events.parked where stream = '{stream}'))
            """))! >= version,
        Patience, $"{stream} taken up to {version}", Cancellation);

    public async Task<IReadOnlyList<RecordedEvent>> TakerStreamAsync(string stream)
    {
        var events = new List<RecordedEvent>();
        await foreach (var recorded in Taker.Services.GetRequiredService<IEventStore>().ReadStreamAsync(Tenant, stream, 0, Cancellation)) events.Add(recorded);
        return events;
    }

    public static async Task<object?> ScalarAsync(string connection, string sql)
    {
        await using var database = new NpgsqlDataSourceBuilder(connection).Build();
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in (ServiceUnderTest[])[.. _takers, .. _sources]) await process.DisposeAsync();
        if (_access is not null) await _access.DisposeAsync();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string SuperuserOf(ServiceUnderTest service)
        => _postgres.SuperuserConnectionString(new NpgsqlConnectionStringBuilder(service.Database.OwnerConnectionString).Database!);

    /// <summary>Access, as far as a service needs it: client credentials in, token out.</summary>
    private async Task<WebApplication> StartTokenEndpointAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/oauth/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return form["grant_type"] == "client_credentials" && form["client_secret"] == "secret"
                ? Results.Json(new { access_token = Source.TokenFor("*", form["scope"].ToString()), expires_in = 300 })
                : Results.Unauthorized();
        });
        await app.StartAsync(Cancellation);
        return app;
    }
}
