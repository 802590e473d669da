using global::Marten;
using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Npgsql;
using Pathways.Tests.Support;

namespace Pathways.Benchmarks.EventStore;

/// <summary>
/// Marten as somebody would use it for speed: its quick mode, a session and a commit per append, the same columns. Its own
/// tables, that it made itself: no row-level security, no trigger, no sealing.
/// </summary>
internal sealed class MartenPeer : IAppends
{
    private readonly NpgsqlDataSource _source;
    private readonly DocumentStore _store;

    private MartenPeer(NpgsqlDataSource source)
    {
        _source = source;
        _store = DocumentStore.For(options =>
        {
            options.Connection(source);
            options.AutoCreateSchemaObjects = AutoCreate.All;
            options.Events.StreamIdentity = StreamIdentity.AsString;
            options.Events.TenancyStyle = TenancyStyle.Conjoined;
            options.Events.AppendMode = EventAppendMode.Quick;
            options.Events.EnableUniqueIndexOnEventId = true;
            options.Events.MetadataConfig.CorrelationIdEnabled = true;
            options.Events.MetadataConfig.CausationIdEnabled = true;
            options.Events.MetadataConfig.HeadersEnabled = true;
            options.Events.MetadataConfig.UserNameEnabled = true;
            options.Events.AddEventType<Measured>();
        });
    }

    public string Name => "Marten Quick";

    public string Metric => "events per second, beside Marten";

    public static async Task<MartenPeer> CreateAsync(PostgresServer server)
    {
        await server.CreateDatabaseAsync("marten");
        var peer = new MartenPeer(NpgsqlDataSource.Create($"{server.SuperuserConnectionString("marten")};Maximum Pool Size=100"));
        await peer._store.Storage.ApplyAllConfiguredChangesToDatabaseAsync();
        return peer;
    }

    public async Task AppendAsync(int caller, string stream, long expected, int count, CancellationToken cancellation)
    {
        await using var session = _store.LightweightSession(BenchStore.Tenant);
        session.CorrelationId = "correlation";
        session.LastModifiedBy = "bench";
        var events = Enumerable.Repeat<object>(Measured.Sample, count);
        if (expected == 0) session.Events.StartStream(stream, events);
        else session.Events.Append(stream, expected + count, events);
        await session.SaveChangesAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Dispose();
        await _source.DisposeAsync();
    }
}
