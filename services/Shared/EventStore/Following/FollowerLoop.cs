using Microsoft.Extensions.Logging;
using Pathways.EventStore.Sealing;

namespace Pathways.EventStore.Following;

/// <summary>
/// Runs one follower for ever. On an error it stands still, says so, and tries again ever more slowly: it never skips.
/// </summary>
internal sealed partial class FollowerLoop(Follower follower, LogSignal signal, EventStoreStatus status, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    // The signal wakes a waiting follower; this is only the net below it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTurns = TimeSpan.FromMilliseconds(100);

    // How long another process may hold the turn without moving the position before this one goes on without it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private FollowerError? _failing;
    private long _position = -1;
    private long _lastMove;

    public async Task RunAsync(CancellationToken cancellation)
    {
        _lastMove = time.GetTimestamp();
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await StepAsync(cancellation);
            }
            catch (PositionMovedException)
            {
                // Two were at work; the other one's step holds.
                await Task.Delay(BetweenTurns, time, cancellation);
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                _failing = new FollowerError(error.Message, (_failing?.Attempts ?? 0) + 1, _failing?.Since ?? time.GetUtcNow());
                status.Failed(follower.Kind, follower.Name, _failing);
                StandsStill(error, follower.Kind, follower.Name, _failing.Attempts);
                await Task.Delay(Pause(_failing.Attempts), time, cancellation);
            }
        }
    }

    private async Task StepAsync(CancellationToken cancellation)
    {
        var step = await follower.StepAsync(time.GetElapsedTime(_lastMove) < Patience, cancellation);
        if (step.HadTurn || step.Position != _position || step.Position >= signal.Head) _lastMove = time.GetTimestamp();
        _position = step.Position;
        _failing = null;
        status.Moved(follower.Kind, follower.Name, step.Position);
        if (!step.HadTurn) await Task.Delay(BetweenTurns, time, cancellation);
        else if (step.Handled == 0 || step.Position == signal.Head) await WaitForMoreAsync(step.Position, cancellation);
    }

    private async Task WaitForMoreAsync(long position, CancellationToken cancellation)
    {
        long caughtUp = time.GetTimestamp();
        await signal.WaitBeyondAsync(position, LongestWait, time, cancellation);
        var rest = follower.Gathering - time.GetElapsedTime(caughtUp);
        if (rest > TimeSpan.Zero) await Task.Delay(rest, time, cancellation);
    }

    private static TimeSpan Pause(int attempts)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    [LoggerMessage(LogLevel.Error, "{Kind} {Name} stands still after {Attempts} failed attempts; it does not skip.")]
    private partial void StandsStill(Exception error, FollowerKind kind, string name, int attempts);
}
