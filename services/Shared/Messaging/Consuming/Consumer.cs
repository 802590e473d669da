using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Pathways.EventStore;
using Pathways.Messaging.Peers;
using Pathways.Messaging.Publishing;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;
using Polly;
using Polly.Retry;

namespace Pathways.Messaging.Consuming;

/// <summary>
/// What one reaction's queue delivers, one message after the other in each lane. Waits in place for what passes, so that the order stays;
/// parks the stream of what does not, so that the others go on.
/// </summary>
internal sealed class Consumer
{
    private readonly Inbox _inbox;
    private readonly ParkedStreams _parked;
    private readonly ConfirmedPublishing _broker;
    private readonly MessagingTelemetry _telemetry;
    private readonly MessagingStatus _status;
    private readonly ILogger _logger;
    private readonly ResiliencePipeline _retrying;
    private readonly Lanes _lanes;
    private readonly SourceFeed _feed;
    private long _doubtfulUntil = -1;

    public Consumer(
        Type reaction, string source, Lanes lanes, Inbox inbox, ParkedStreams parked, ConfirmedPublishing broker, SourceFeed feed,
        MessagingOptions options, MessagingTelemetry telemetry, MessagingStatus status, TimeProvider time, ILogger<Consumer> logger)
    {
        Reaction = reaction;
        Source = source;
        _lanes = lanes;
        Queue = BrokerTopology.QueueName(options.Service, source);
        (_inbox, _parked, _broker, _feed, _telemetry, _status, _logger) = (inbox, parked, broker, feed, telemetry, status, logger);
        _retrying = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(
                    Faults.IsTransient(arguments.Outcome.Exception) && !arguments.Context.CancellationToken.IsCancellationRequested),
                MaxRetryAttempts = int.MaxValue,
                BackoffType = DelayBackoffType.Exponential,
                Delay = TimeSpan.FromMilliseconds(100),
                MaxDelay = TimeSpan.FromSeconds(10),
                UseJitter = true,
                OnRetry = arguments =>
                {
                    status.ConsumingFails(source, arguments.Outcome.Exception!.Message);
                    if (arguments.AttemptNumber == 0) logger.LogWarning(arguments.Outcome.Exception, "Events of {Source} wait", source);
                    return ValueTask.CompletedTask;
                },
            })
            .AddRetry(new RetryStrategyOptions
            {
                // What looks permanent gets a second look before the stream is parked.
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is ReactionFailedException),
                MaxRetryAttempts = 2,
                Delay = TimeSpan.FromMilliseconds(100),
                UseJitter = true,
            })
            .Build();
    }

    public Type Reaction { get; }

    public string Source { get; }

    public string Queue { get; }

    /// <summary>Messages that it takes at once.</summary>
    public int Width => _lanes.Width;

    /// <summary>How far the source's log had come with the newest message that was taken by this process.</summary>
    public LogMark? Newest => _lanes.Newest;

    /// <summary>Returns when the message may be acknowledged: its effects, or the message itself, are committed.</summary>
    public async Task TakeAsync(Delivery delivery, CancellationToken cancellation)
    {
        var mark = LogMark.Of(delivery);
        var taken = false;
        _lanes.Begin(mark);
        try
        {
            taken = await TakeReadableAsync(delivery, cancellation);
        }
        finally
        {
            _lanes.End(mark, taken);
        }
        if (taken) Failpoint.Hit(Failpoint.Taken);
    }

    /// <summary>One event, when its lane is free.</summary>
    public Task TakeAsync(IncomingEvent incoming, string? traceParent, CancellationToken cancellation)
        => _lanes.RunAsync(incoming, () => TakeInLaneAsync(incoming, traceParent, cancellation), cancellation);

    private async Task<bool> TakeReadableAsync(Delivery delivery, CancellationToken cancellation)
    {
        IncomingEvent incoming;
        try
        {
            incoming = IncomingEvent.Parse(delivery.Body);
            if (incoming.Source != Source) throw new UnreadableMessageException($"The event is of {incoming.Source}, not of {Source}.");
        }
        catch (UnreadableMessageException e)
        {
            await SetAsideAsync(delivery, e, cancellation);
            return false;
        }
        if (await IsLostAsync(LogMark.Of(delivery), incoming, cancellation)) return false;
        await TakeAsync(incoming, delivery.Header(MessageHeaders.TraceParent), cancellation);
        return true;
    }

    /// <summary>The restored source was accepted. Its lost log may have left messages in the queue, before those of the log that it has now.</summary>
    public void GoOn(long position)
    {
        _lanes.Forget();
        Volatile.Write(ref _doubtfulUntil, position);
    }

    /// <summary>
    /// Waits while the source is restored and nobody has accepted it: what comes from it has versions that were taken already, in
    /// other events. True for a message of the lost log.
    /// </summary>
    private Task<bool> IsLostAsync(LogMark? mark, IncomingEvent incoming, CancellationToken cancellation)
    {
        bool waited = false;
        return _status.IsRestored(Source) || Volatile.Read(ref _doubtfulUntil) >= 0
            ? _retrying.ExecuteAsync(async token => await LookAsync(token), cancellation).AsTask()
            : Task.FromResult(false);

        async Task<bool> LookAsync(CancellationToken token)
        {
            if (_status.IsRestored(Source))
            {
                waited = true;
                throw new SourceRestoredException(Source);
            }
            if (waited) _status.ConsumingWorks(Source);
            long doubtfulUntil = Volatile.Read(ref _doubtfulUntil);
            if (mark is null || (doubtfulUntil < 0 && !waited)) return false;
            if ((await _feed.LogAsync(Source, mark.Position, token)).HashThere != mark.Hash)
            {
                _logger.LogWarning("{Source}/{Stream} version {Version} ({Id}) is left out: its source has lost it", Source, incoming.Stream, incoming.Version, incoming.Id);
                return true;
            }
            // The lost log's messages were all sent before.
            if (mark.Position > doubtfulUntil) Volatile.Write(ref _doubtfulUntil, -1);
            return false;
        }
    }

    private async Task TakeInLaneAsync(IncomingEvent incoming, string? traceParent, CancellationToken cancellation)
    {
        using var activity = _telemetry.StartConsuming(incoming, traceParent ?? incoming.TraceParent);
        while (true)
        {
            try
            {
                await _retrying.ExecuteAsync(
                    static async (state, token) => await state._inbox.TakeAsync(state.Reaction, state.incoming, token),
                    (_inbox, Reaction, incoming), cancellation);
                break;
            }
            catch (ReactionFailedException e)
            {
                await ParkAsync(e.Incoming, e.InnerException!, cancellation);
                // What was missing before it may be what failed: then this one still has to be put behind it.
                if (e.Incoming.Version >= incoming.Version) break;
            }
        }
        _status.ConsumingWorks(Source);
        _telemetry.Consumed(incoming);
    }

    public async Task ParkAsync(IncomingEvent failed, Exception error, CancellationToken cancellation)
    {
        var stream = new SourceStream(failed.Tenant, failed.Source, failed.Stream);
        _logger.LogError(error, "{Source}/{Stream} is parked at version {Version} ({Type})", failed.Source, failed.Stream, failed.Version, failed.Type);
        await _retrying.ExecuteAsync(
            async token => await _parked.ParkAsync(
                stream, failed.Version, failed.Id, failed.Type, Encoding.UTF8.GetBytes(failed.Text), Describe(error), token),
            cancellation);
    }

    /// <summary>An unreadable message stops its stream when the headers tell which; otherwise it is a dead letter.</summary>
    private async Task SetAsideAsync(Delivery delivery, UnreadableMessageException error, CancellationToken cancellation)
    {
        _logger.LogError(error, "A message in {Queue} can't be read", Queue);
        if (delivery.Header(MessageHeaders.Tenant) is { } tenant && delivery.Header(MessageHeaders.Stream) is { } stream
            && long.TryParse(delivery.Header(MessageHeaders.Version), CultureInfo.InvariantCulture, out long version))
        {
            await _retrying.ExecuteAsync(
                async token => await _parked.ParkAsync(
                    new SourceStream(tenant, Source, stream), version, null, null, delivery.Body, Describe(error), token),
                cancellation);
            return;
        }
        var headers = new Dictionary<string, string> { ["pathways-queue"] = Queue, ["pathways-error"] = Describe(error) };
        await _broker.PublishAsync(
            new OutgoingMessage(BrokerTopology.Dead, "", Guid.CreateVersion7(), "application/octet-stream", delivery.Body, headers, Mandatory: true),
            cancellation);
    }

    /// <summary>For the operator: a refusal in its own words; of a fault its kind and message, no stack.</summary>
    private static string Describe(Exception error)
    {
        string text = error is ReactionRefusedException or CommitRefusedException ? error.Message : $"{error.GetType().Name}: {error.Message}";
        return text.Length <= 1000 ? text : text[..1000];
    }
}
