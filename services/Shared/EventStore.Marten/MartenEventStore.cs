using System.Globalization;
using System.Runtime.CompilerServices;
using global::Marten;
using global::Marten.Events;
using global::Marten.Events.Archiving;
using global::Marten.Exceptions;
using JasperFx;
using JasperFx.Events;
using Npgsql;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Sealing;
using Pathways.Kernel;

namespace Pathways.EventStore.Marten;

/// <summary>
/// The port over Marten's sessions. One unit of work is one session and one transaction: Marten's appends, then the guarded
/// writes. The trigger on Marten's table hands what was appended to the sealer.
/// </summary>
internal sealed class MartenEventStore(MartenStore marten, EventTypes types, SealerWakeUp sealer) : IEventStore
{
    private readonly string[] _known = [.. types.Aliases, .. types.OldAliases];

    public async Task<Result<Committed>> CommitAsync(UnitOfWork work, CancellationToken cancellation)
    {
        if (work.IsEmpty) return new Committed(new Dictionary<string, long>());
        var streams = StreamsOf(work);
        await using var transaction = await marten.BeginAsync(work.Context.Tenant, cancellation);
        if (await AppendAsync(transaction, work.Context, streams, cancellation) is { } conflict) return conflict;
        if (await WriteAsync(transaction, work, cancellation) is { } refusal) return refusal;
        await transaction.CommitAsync(cancellation);
        work.Committed();
        if (streams.Count > 0) sealer.Wake();
        return new Committed(streams.ToDictionary(stream => stream.Stream, stream => stream.ExpectedVersion + stream.Events.Count));
    }

    public async IAsyncEnumerable<RecordedEvent> ReadStreamAsync(
        string tenant, string stream, long afterVersion, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // A name that PostgreSQL or Marten cannot take is only the name of a stream that does not exist.
        if (stream.Length == 0 || stream.Contains('\0')) yield break;
        foreach (var stored in await FetchAsync(tenant, stream, afterVersion, cancellation)) yield return Recorded(stored);
    }

    public async Task<long> VersionAsync(string tenant, string stream, CancellationToken cancellation)
    {
        if (stream.Length == 0 || stream.Contains('\0')) return 0;
        await using var transaction = await marten.BeginAsync(tenant, cancellation);
        return (await transaction.Session.Events.FetchStreamStateAsync(stream, cancellation))?.Version ?? 0;
    }

    public async Task<Loaded<TState>> LoadAsync<TState>(string tenant, string stream, Decider<TState> decider, CancellationToken cancellation)
    {
        var loaded = new Loaded<TState>(decider.Initial, 0);
        await foreach (var recorded in ReadStreamAsync(tenant, stream, 0, cancellation))
            loaded = new Loaded<TState>(decider.Evolve(loaded.State, recorded.Data), recorded.Version);
        return loaded;
    }

    /// <summary>In the order of their names, so that two units of work cannot wait for each other.</summary>
    private static List<StreamAppend> StreamsOf(UnitOfWork work)
    {
        var streams = new SortedDictionary<string, StreamAppend>(StringComparer.Ordinal);
        foreach (var append in work.Appends)
        {
            if (!streams.TryGetValue(append.Stream, out var earlier)) streams.Add(append.Stream, append);
            else if (earlier.ExpectedVersion + earlier.Events.Count == append.ExpectedVersion)
                streams[append.Stream] = earlier with { Events = [.. earlier.Events, .. append.Events] };
            else throw new InvalidOperationException($"The appends to '{append.Stream}' in one unit of work do not follow each other.");
        }
        return [.. streams.Values];
    }

    private static async Task<Rejection?> AppendAsync(
        MartenTransaction transaction, EventContext context, List<StreamAppend> streams, CancellationToken cancellation)
    {
        if (streams.Count == 0) return null;
        var events = transaction.Session.Events;
        foreach (var append in streams)
        {
            object[] added = [.. append.Events.Select(item => Wrapped(transaction.Session, item, context))];
            if (append.ExpectedVersion == 0) events.StartStream(append.Stream, added);
            // Marten expects the version after the append.
            else events.Append(append.Stream, append.ExpectedVersion + added.Length, added);
        }
        try
        {
            await transaction.Session.SaveChangesAsync(cancellation);
            return null;
        }
        catch (Exception failure) when (failure is ConcurrencyException or ExistingStreamIdCollisionException or InvalidStreamOperationException)
        {
            return Refusals.StreamConflict(streams.Count == 1 ? streams[0].Stream : null);
        }
        catch (Exception failure) when (PostgresOf(failure) is { } postgres && Refusals.OfAppend(postgres) is { } rejection)
        {
            return rejection;
        }
    }

    private static async Task<Rejection?> WriteAsync(MartenTransaction transaction, UnitOfWork work, CancellationToken cancellation)
    {
        if (work.Writes.Count == 0) return null;
        // As in a batch of our own writer, the first command names the tenant and the writes follow it.
        await using var batch = new NpgsqlBatch(transaction.Connection) { BatchCommands = { TenantScope.Command(work.Context.Tenant) } };
        for (int i = 0; i < work.Writes.Count; i++) batch.BatchCommands.Add(GuardedCommand.Build(work.Writes[i], i));
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            return null;
        }
        catch (PostgresException failure) when (Refusals.Of(failure, batch, work) is { } rejection)
        {
            return rejection;
        }
    }

    private static IEvent Wrapped(IDocumentSession session, NewEvent added, EventContext context)
    {
        var wrapped = session.Events.BuildEvent(added.Data);
        wrapped.Id = added.Id;
        wrapped.UserName = context.Actor;
        wrapped.CorrelationId = context.CorrelationId;
        wrapped.CausationId = context.Cause?.EventId.ToString();
        foreach (var (name, value) in EventHeaders.Of(context, added.ValidTime)) wrapped.SetHeader(name, value);
        return wrapped;
    }

    private async Task<IReadOnlyList<IEvent>> FetchAsync(string tenant, string stream, long afterVersion, CancellationToken cancellation)
    {
        await using var transaction = await marten.BeginAsync(tenant, cancellation);
        await StopAtUnknownTypeAsync(transaction, tenant, stream, afterVersion, cancellation);
        var session = transaction.Session;
        try
        {
            var found = await session.Events.FetchStreamAsync(stream, fromVersion: afterVersion + 1, token: cancellation);
            if (found.Count > 0 || await session.Events.FetchStreamStateAsync(stream, cancellation) is not { IsArchived: true }) return found;
            // Marten leaves out what is archived unless it is asked for it.
            return await session.Events.QueryAllRawEvents()
                .Where(stored => stored.MaybeArchived() && stored.StreamKey == stream && stored.Version > afterVersion).OrderBy(stored => stored.Version).ToListAsync(cancellation);
        }
        catch (global::Marten.Exceptions.UnknownEventTypeException unknown)
        {
            throw new UnknownEventTypeException(unknown.EventTypeName);
        }
    }

    /// <summary>Marten would read a type that it does not know by the name of the .NET type beside it: as what it was, not as what it has become.</summary>
    private async Task StopAtUnknownTypeAsync(MartenTransaction transaction, string tenant, string stream, long afterVersion, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            "select type from events.mt_events where tenant_id = $1 and stream_id = $2 and version > $3 and type <> all ($4) order by version limit 1", transaction.Connection)
        {
            Parameters = { new() { Value = tenant }, new() { Value = stream }, new() { Value = afterVersion }, new() { Value = _known } },
        };
        if (await command.ExecuteScalarAsync(cancellation) is string unknown) throw new UnknownEventTypeException(unknown);
    }

    private RecordedEvent Recorded(IEvent stored)
    {
        string? Header(string name) => stored.Headers?.GetValueOrDefault(name)?.ToString();
        var cause = Header("cause_source") is { } source && Guid.TryParse(stored.CausationId, out var causeId) ? new EventCause(source, causeId) : null;
        var validTime = Header("valid_time") is { } time ? DateTimeOffset.Parse(time, CultureInfo.InvariantCulture) : stored.Timestamp;
        return new RecordedEvent(
            stored.Id, stored.TenantId, stored.StreamKey!, stored.Version, types.AliasOf(stored.Data.GetType()), stored.Data, stored.Timestamp, validTime,
            stored.UserName ?? "", stored.CorrelationId ?? "", cause, Header("traceparent"));
    }

    private static PostgresException? PostgresOf(Exception? failure) => failure switch
    {
        null => null,
        PostgresException postgres => postgres,
        AggregateException many => many.InnerExceptions.Select(PostgresOf).FirstOrDefault(found => found is not null),
        _ => PostgresOf(failure.InnerException),
    };
}
