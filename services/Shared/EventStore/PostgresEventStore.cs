using System.Diagnostics;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Sealing;
using Pathways.Kernel;

namespace Pathways.EventStore;

/// <summary>The port on PostgreSQL, in Marten's format.</summary>
internal sealed class PostgresEventStore(GroupCommit commits, TenantReader reader, EventTypes types, SealerWakeUp sealer) : IEventStore
{
    public async Task<Result<Committed>> CommitAsync(UnitOfWork work, CancellationToken cancellation)
    {
        if (work.IsEmpty) return new Committed(new Dictionary<string, long>());
        using var activity = EventStoreDiagnostics.Activities.StartActivity("eventstore commit");
        long started = Stopwatch.GetTimestamp();
        string outcome = "failed";
        try
        {
            var result = await ExecuteAsync(work, cancellation);
            outcome = result.IsAccepted ? "committed" : "rejected";
            return result;
        }
        finally
        {
            activity?.SetTag("outcome", outcome);
            EventStoreDiagnostics.AppendDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    public IAsyncEnumerable<RecordedEvent> ReadStreamAsync(string tenant, string stream, long afterVersion, CancellationToken cancellation)
        // PostgreSQL refuses such a name as a fault; it is only the name of a stream that does not exist.
        => stream.Contains('\0') ? AsyncEnumerable.Empty<RecordedEvent>() : reader.StreamAsync(
            tenant,
            $"select {StoredEvent.Columns} from events.mt_events e where e.tenant_id = $1 and e.stream_id = $2 and e.version > $3 order by e.version",
            [new() { Value = tenant }, new() { Value = stream }, new() { Value = afterVersion }],
            row => StoredEvent.Read(row).ToRecorded(types),
            prepare: true,
            cancellation);

    public async Task<long> VersionAsync(string tenant, string stream, CancellationToken cancellation)
    {
        if (stream.Contains('\0')) return 0;
        var found = await reader.QueryAsync(
            tenant,
            "select version from events.mt_streams where tenant_id = $1 and id = $2",
            [new() { Value = tenant }, new() { Value = stream }],
            row => row.GetInt64(0),
            cancellation);
        return found.Count == 0 ? 0 : found[0];
    }

    public async Task<Loaded<TState>> LoadAsync<TState>(string tenant, string stream, Decider<TState> decider, CancellationToken cancellation)
    {
        var loaded = new Loaded<TState>(decider.Initial, 0);
        await foreach (var recorded in ReadStreamAsync(tenant, stream, 0, cancellation))
            loaded = new Loaded<TState>(decider.Evolve(loaded.State, recorded.Data), recorded.Version);
        return loaded;
    }

    private async Task<Result<Committed>> ExecuteAsync(UnitOfWork work, CancellationToken cancellation)
    {
        var unit = new PreparedUnit(work, types);
        if (await commits.CommitAsync(unit, cancellation) is { } rejection) return rejection;
        work.Committed();
        if (unit.Streams.Count > 0) sealer.Wake();
        return new Committed(unit.Streams.ToDictionary(stream => stream.Stream, stream => stream.NextVersion));
    }
}
