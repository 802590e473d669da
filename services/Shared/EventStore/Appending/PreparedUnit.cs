using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Appending;

/// <summary>A unit of work with its events as the columns they become. Made by the caller, so that a fault in it is its own.</summary>
internal sealed class PreparedUnit
{
    public PreparedUnit(UnitOfWork work, EventTypes types)
    {
        Work = work;
        Streams = [.. StreamsOf(work).Select(append => new PreparedStream(append, work.Context, types))];
    }

    public UnitOfWork Work { get; }

    public string Tenant => Work.Context.Tenant;

    public IReadOnlyList<PreparedStream> Streams { get; }

    public bool MayShare => Streams.Count > 0 && Work.Writes.All(write => write.OwnRows);

    /// <summary>Several appends to one stream in a unit of work are one, when each goes on where the last ended.</summary>
    private static Dictionary<string, StreamAppend>.ValueCollection StreamsOf(UnitOfWork work)
    {
        var streams = new Dictionary<string, StreamAppend>();
        foreach (var append in work.Appends)
        {
            if (!streams.TryGetValue(append.Stream, out var earlier)) streams.Add(append.Stream, append);
            else if (earlier.ExpectedVersion + earlier.Events.Count == append.ExpectedVersion)
                streams[append.Stream] = earlier with { Events = [.. earlier.Events, .. append.Events] };
            else throw new InvalidOperationException($"The appends to '{append.Stream}' in one unit of work do not follow each other.");
        }
        return streams.Values;
    }
}

internal sealed class PreparedStream(StreamAppend append, EventContext context, EventTypes types)
{
    public string Stream => append.Stream;

    public long ExpectedVersion => append.ExpectedVersion;

    public long NextVersion => append.ExpectedVersion + append.Events.Count;

    public PreparedEvent[] Events { get; } = [.. append.Events.Select((added, offset) => new PreparedEvent(
        append.ExpectedVersion + offset + 1,
        added.Id,
        types.AliasOf(added.Data.GetType()),
        types.DotNetTypeOf(added.Data.GetType()),
        EventJson.Write(added.Data),
        context.CorrelationId,
        context.Cause?.EventId.ToString(),
        EventHeaders.Write(context, added.ValidTime),
        context.Actor))];
}

internal sealed record PreparedEvent(
    long Version, Guid Id, string Type, string DotNetType, string Data, string Correlation, string? Causation, string? Headers, string Actor);
