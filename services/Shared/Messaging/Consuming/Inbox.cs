using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Peers;
using Pathways.Messaging.Wire;

namespace Pathways.Messaging.Consuming;

/// <summary>
/// Takes an event into this service exactly once and in its stream's order, whatever the broker does: the reaction's
/// effects and the cursor are one transaction, older than the cursor is done, a gap is fetched from the source first.
/// </summary>
internal sealed class Inbox(
    IEventStore store, Cursors cursors, ParkedStreams parked, SourceFeed feed, IServiceScopeFactory scopes, MessagingOptions options)
{
    private const int MostConflicts = 20;

    /// <summary>One attempt at an event and what is missing before it.</summary>
    /// <exception cref="ReactionFailedException">An event can't be handled; trying again may not help.</exception>
    public Task TakeAsync(Type reaction, IncomingEvent incoming, CancellationToken cancellation)
        => InOrderAsync(incoming, (next, cursor, token) => TakeNextAsync(reaction, next, cursor, token), cancellation);

    /// <summary>The same for the message that its stream is parked at.</summary>
    public Task ResolveAsync(Type reaction, IncomingEvent incoming, CancellationToken cancellation)
        => InOrderAsync(incoming, (next, _, token) => ResolveNextAsync(reaction, next, token), cancellation);

    /// <summary>
    /// What was published before a version and never came. The message at that version is to be given up; with the cursor
    /// beyond it, those would go with it.
    /// </summary>
    public async Task ResolveBeforeAsync(Type reaction, SourceStream stream, long version, CancellationToken cancellation)
    {
        var cursor = await cursors.ReadAsync(stream, cancellation);
        await foreach (var missing in feed.ReadAsync(stream, cursor.Version, cancellation, before: version))
            await ResolveNextAsync(reaction, missing, cancellation);
    }

    private async Task InOrderAsync(IncomingEvent incoming, Func<IncomingEvent, Cursor?, CancellationToken, Task> take, CancellationToken cancellation)
    {
        try
        {
            var stream = StreamOf(incoming);
            Cursor? cursor = await cursors.ReadAsync(stream, cancellation);
            if (incoming.Previous > cursor.Version)
            {
                await foreach (var missing in feed.ReadAsync(stream, cursor.Version, cancellation))
                {
                    if (missing.Version >= incoming.Version) break;
                    await take(missing, null, cancellation);
                }
                cursor = null;
            }
            await take(incoming, cursor, cancellation);
        }
        catch (Exception e) when (e is not ReactionFailedException && !Faults.IsTransient(e))
        {
            throw new ReactionFailedException(incoming, e);
        }
    }

    /// <param name="known">The cursor, when it was read just now; what it was by then, the commit checks.</param>
    private async Task TakeNextAsync(Type reaction, IncomingEvent incoming, Cursor? known, CancellationToken cancellation)
    {
        var stream = StreamOf(incoming);
        for (int conflicts = 0; conflicts < MostConflicts; conflicts++)
        {
            var cursor = known ?? await cursors.ReadAsync(stream, cancellation);
            known = null;
            if (incoming.Version <= cursor.Version) return;
            if (cursor.Parked)
            {
                byte[] message = Encoding.UTF8.GetBytes(incoming.Text);
                if (await parked.WaitBehindAsync(stream, incoming.Version, incoming.Id, incoming.Type, message, cancellation)) return;
                continue;
            }
            if (await CommitAsync(reaction, incoming, [Cursors.Advance(stream, cursor.Version, incoming.Version)], cancellation)) return;
        }
        throw new ContendedException(stream);
    }

    private async Task ResolveNextAsync(Type reaction, IncomingEvent incoming, CancellationToken cancellation)
    {
        var stream = StreamOf(incoming);
        for (int conflicts = 0; conflicts < MostConflicts; conflicts++)
        {
            var cursor = await cursors.ReadAsync(stream, cancellation);
            if (!cursor.Parked) return;
            if (incoming.Version <= cursor.Version)
            {
                await ClearAsync(incoming, cursor, cancellation);
                return;
            }
            if (await CommitAsync(reaction, incoming, Cursors.Resolve(stream, cursor.Version, incoming.Version), cancellation)) return;
        }
        throw new ContendedException(stream);
    }

    /// <summary>What is parked is done already: nothing is left but to free the stream.</summary>
    private async Task ClearAsync(IncomingEvent done, Cursor cursor, CancellationToken cancellation)
    {
        var work = new UnitOfWork(ContextOf(done));
        foreach (var write in Cursors.Resolve(StreamOf(done), cursor.Version, cursor.Version)) work.Write(write);
        await store.CommitAsync(work, cancellation);
    }

    /// <summary>False when somebody else was faster: read and decide again.</summary>
    private async Task<bool> CommitAsync(Type reaction, IncomingEvent incoming, IEnumerable<GuardedWrite> writes, CancellationToken cancellation)
    {
        try
        {
            var work = new UnitOfWork(ContextOf(incoming));
            await using (var scope = scopes.CreateAsyncScope())
            {
                var reacting = (IReaction)scope.ServiceProvider.GetRequiredService(reaction);
                if (incoming.Data is null && !reacting.TakesUnknown) throw new UnknownContractException(incoming.Type);
                await reacting.ReactAsync(incoming, work, cancellation);
            }
            foreach (var write in writes) work.Write(write);
            var committed = await store.CommitAsync(work, cancellation);
            return committed.Rejection switch
            {
                null => true,
                { Kind: RejectionKind.Conflict } => false,
                var refused => throw new CommitRefusedException(refused.Code, refused.Message),
            };
        }
        catch (Exception e) when (!Faults.IsTransient(e))
        {
            throw new ReactionFailedException(incoming, e);
        }
    }

    private EventContext ContextOf(IncomingEvent incoming) => new(
        incoming.Tenant,
        options.Service,
        incoming.CorrelationId,
        new EventCause(incoming.Source, incoming.Id),
        Activity.Current?.Id ?? incoming.TraceParent);

    private static SourceStream StreamOf(IncomingEvent incoming) => new(incoming.Tenant, incoming.Source, incoming.Stream);
}
