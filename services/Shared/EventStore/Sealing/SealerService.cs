using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pathways.EventStore.Sealing;

/// <summary>
/// The sealer's loop. Awake at once after a commit of this process; otherwise it looks by itself, for what other
/// processes append and seal, every few milliseconds when busy and ever more rarely when not. No NOTIFY: it would
/// serialise the commits of all appends.
/// </summary>
internal sealed partial class SealerService(
    Sealer sealer, SealerWakeUp wakeUp, LogSignal signal, EventStoreStatus status, TimeProvider time, ILogger<SealerService> logger) : BackgroundService
{
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(5);

    // What comes just after is sealed together, and followers take it together. Without it each event of a steady trickle
    // costs a commit of the sealer, of every follower and of the publisher. The first one after a rest goes at once.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    // How long a sealer that holds the lock may do nothing before this one goes on without it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var wait = Busy;
        var failing = default(FollowerError);
        long waitingSince = time.GetTimestamp();
        while (!stoppingToken.IsCancellationRequested)
        {
            bool gather = false;
            try
            {
                var (head, pending) = await sealer.PeekAsync(stoppingToken);
                if (head > signal.Head || !pending) waitingSince = time.GetTimestamp();
                if (pending && await sealer.SealAsync(time.GetElapsedTime(waitingSince) < Patience, stoppingToken) is { } batch)
                {
                    head = batch.Head;
                    waitingSince = time.GetTimestamp();
                    gather = batch.Count < Sealer.BatchSize;
                }
                signal.Advance(head);
                status.Sealed(head);
                failing = null;
                wait = pending ? Busy : Longer(wait, Idle);
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                failing = new FollowerError(error.Message, (failing?.Attempts ?? 0) + 1, failing?.Since ?? time.GetUtcNow());
                status.SealerFailed(failing);
                SealingFailed(error, failing.Attempts);
                wait = Longer(wait, LongestPause);
            }
            if (gather) await Task.Delay(Gathering, time, stoppingToken);
            if (failing is not null) await Task.Delay(wait, time, stoppingToken);
            else if (await wakeUp.WaitAsync(wait, stoppingToken)) wait = Busy;
        }
    }

    private static TimeSpan Longer(TimeSpan wait, TimeSpan longest) => wait * 2 < longest ? wait * 2 : longest;

    [LoggerMessage(LogLevel.Error, "Sealing failed, {Attempts} times in a row. Nothing is lost: what is committed is sealed later.")]
    private partial void SealingFailed(Exception error, int attempts);
}
