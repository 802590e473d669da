using Pathways.Contracts;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Peers;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Operating;

/// <param name="Resolved">Messages that were handled.</param>
/// <param name="Parked">Messages behind wait still: retry them.</param>
public sealed record ParkedOutcome(int Resolved, bool Parked);

/// <summary>What an operator does about a parked stream: try its messages again in order, or give one up.</summary>
internal sealed class ParkedOperation(IEventStore store, ParkedStreams parked, Cursors cursors, Inbox inbox, SourceFeed feed, ConsumerSet consumers)
{
    // What a build knows does not change while it runs: what it could not do once, it need not try again by itself.
    private readonly HashSet<(SourceStream Stream, long Version)> _triedUnknown = [];

    public async Task<Result<ParkedOutcome>> RetryAsync(SourceStream stream, CancellationToken cancellation)
    {
        if (consumers.Of(stream.Source) is not { } consumer || await parked.FirstAsync(stream, cancellation) is null) return NotParked(stream);
        int resolved = 0;
        while (await parked.FirstAsync(stream, cancellation) is { } message)
        {
            try
            {
                await inbox.ResolveAsync(consumer.Reaction, await ReadAsync(message, cancellation), cancellation);
                resolved++;
            }
            catch (UnreadableMessageException e)
            {
                return StillParked(message.Version, e, resolved);
            }
            catch (ReactionFailedException e)
            {
                await consumer.ParkAsync(e.Incoming, e.InnerException!, cancellation);
                return StillParked(e.Incoming.Version, e, resolved);
            }
        }
        return new ParkedOutcome(resolved, Parked: false);
    }

    /// <summary>Tries once what another build had to stop at because it did not know a type that this one may know.</summary>
    public async Task RetryUnknownAsync(CancellationToken cancellation)
    {
        var known = PublicEvents.All.Select(type => PublicEvents.NameOf(type).Type);
        foreach (var (stream, version) in await parked.UnknownAsync(known, cancellation))
        {
            if (_triedUnknown.Contains((stream, version))) continue;
            if (!(await RetryAsync(stream, cancellation)).IsAccepted) _triedUnknown.Add((stream, version));
        }
    }

    /// <param name="context">Who skips; its tenant is replaced by the stream's.</param>
    public async Task<Result<ParkedOutcome>> SkipAsync(
        SourceStream stream, long version, string reason, EventContext context, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason)) return Rejection.Invalid("reason-missing", "A message is skipped for a reason.", "Say why it is right to leave it out.", "/reason");
        if (consumers.Of(stream.Source) is not { } consumer || await parked.FirstAsync(stream, cancellation) is not { } message) return NotParked(stream);
        if (message.Version != version)
            return Rejection.Conflict("not-parked-here", $"The stream is parked at version {message.Version}.", "Skip the message that the stream is parked at.");

        try
        {
            await inbox.ResolveBeforeAsync(consumer.Reaction, stream, version, cancellation);
        }
        catch (ReactionFailedException e)
        {
            await consumer.ParkAsync(e.Incoming, e.InnerException!, cancellation);
            return StillParked(e.Incoming.Version, e, resolved: 0);
        }

        var cursor = await cursors.ReadAsync(stream, cancellation);
        string record = $"parked-{stream.Source}-{stream.Stream}";
        var work = new UnitOfWork(context with { Tenant = stream.Tenant });
        work.Append(record, await store.VersionAsync(stream.Tenant, record, cancellation), [new MessageSkipped(
            stream.Source, stream.Stream, version, message.EventId, message.Type, message.Error, reason)]);
        foreach (var write in Cursors.Resolve(stream, cursor.Version, Math.Max(cursor.Version, version))) work.Write(write);
        var committed = await store.CommitAsync(work, cancellation);
        if (committed.Rejection is { } rejection) return rejection;

        return new ParkedOutcome(Resolved: 0, Parked: await parked.FirstAsync(stream, cancellation) is not null);
    }

    /// <summary>The parked message; when it can't be read or understood, the event as its source has it now.</summary>
    private async Task<IncomingEvent> ReadAsync(ParkedMessage message, CancellationToken cancellation)
    {
        try
        {
            var incoming = IncomingEvent.Parse(message.Message);
            return incoming.Data is null ? await OriginalAsync(message, cancellation) ?? incoming : incoming;
        }
        catch (UnreadableMessageException)
        {
            if (await OriginalAsync(message, cancellation) is { } original) return original;
            throw;
        }
    }

    private async Task<IncomingEvent?> OriginalAsync(ParkedMessage message, CancellationToken cancellation)
    {
        await foreach (var original in feed.ReadAsync(message.Stream, message.Version - 1, cancellation, before: message.Version + 1)) return original;
        return null;
    }

    private static Rejection StillParked(long version, Exception error, int resolved) => Rejection.Conflict(
        "still-parked", $"The message at version {version} can't be handled: {error.Message} Resolved before it: {resolved}.",
        "Mend what it stumbles over and retry, or skip it with a reason.");

    private static Rejection NotParked(SourceStream stream)
        => NotParked($"The stream {stream.Stream} of {stream.Source} is not parked for {stream.Tenant}.");

    internal static Rejection NotParked(string message)
        => Rejection.NotFound("not-parked", message, "GET /SERVICE/parked (deploy/pathways parked list) tells what is parked.");
}
