namespace Pathways.LearningRecord.Connecting;

/// <summary>Gives every connection its turns, each by itself: one that fails waits longer each time, and says why; the others go on.</summary>
internal sealed partial class ConnectionsService(
    ConnectionWork connections, Forwarding forwarding, Fetching fetching, TimeProvider clock, IConfiguration configuration, ILogger<ConnectionsService> log)
    : BackgroundService
{
    private const int MostAtOnce = 16;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestAskedPause = TimeSpan.FromHours(1);

    private static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(5);

    // After it others have their turn.
    internal static readonly TimeSpan LongestTurn = TimeSpan.FromMinutes(1);

    private readonly TimeSpan _firstPause = TimeSpan.FromMilliseconds(configuration.GetValue("Connections:FirstPauseMilliseconds", 2000));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            running.RemoveAll(turn => turn.IsCompleted);
            try
            {
                if (running.Count < MostAtOnce)
                    running.AddRange((await connections.TakeAsync(MostAtOnce - running.Count, stoppingToken)).Select(connection => WorkAsync(connection, stoppingToken)));
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                NotTaken(error);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            await Task.Delay(BetweenLooks, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        // Each lets go of its lease; one that can't any more loses it by and by, and the process does not wait for that.
        await Task.WhenAll(running).WaitAsync(LongestEnd, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WorkAsync(WorkingConnection connection, CancellationToken stopping)
    {
        try
        {
            try
            {
                bool hasMore = await TurnsAsync(connection, stopping);
                await connections.ReleaseAsync(connection, hasMore ? TimeSpan.Zero : TimeSpan.FromSeconds(connection.Settings.IntervalSeconds), CancellationToken.None);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Nobody should have to wait until the lease runs out.
                await connections.ReleaseAsync(connection, TimeSpan.Zero, CancellationToken.None);
            }
            catch (PeerException refused)
            {
                ConnectionMetrics.Failed(connection, "peer");
                int attempts = await connections.FailedAsync(connection, refused.Error, refused.At, refused.IsRefusal, Pause(refused), CancellationToken.None);
                StandsStill(connection.Id, connection.Tenant, attempts, refused.Message);
            }
        }
        catch (LeaseLostException)
        {
            Lost(connection.Id, connection.Tenant);
        }
        catch (Exception error)
        {
            await FailedHereAsync(connection, error);
        }
    }

    /// <returns>Whether there is more at once.</returns>
    private async Task<bool> TurnsAsync(WorkingConnection connection, CancellationToken cancellation)
    {
        if (connection.Settings.Direction == Domain.Connecting.Connection.In) return await fetching.TurnAsync(connection, cancellation);
        long started = clock.GetTimestamp();
        WorkingConnection? next = connection;
        while (next is not null && clock.GetElapsedTime(started) < LongestTurn) next = await forwarding.TurnAsync(next, cancellation);
        return next is not null;
    }

    /// <summary>A statement that is refused is asked about soon: it is put aside after a few times, and others wait behind it.</summary>
    private ConnectionPause Pause(PeerException refused) => new(
        _firstPause * (0.75 + (Random.Shared.NextDouble() / 2)),
        LongestPause,
        refused.RetryAfter is not { } after ? TimeSpan.Zero : after < LongestAskedPause ? after : LongestAskedPause);

    private async Task FailedHereAsync(WorkingConnection connection, Exception error)
    {
        ConnectionMetrics.Failed(connection, "here");
        FailedHere(error, connection.Id, connection.Tenant);
        try
        {
            await connections.FailedAsync(connection, "It failed on our side.", at: null, isRefusal: false, new ConnectionPause(LongestPause / 10, LongestPause, TimeSpan.Zero), CancellationToken.None);
        }
        catch (Exception again)
        {
            // The lease runs out by itself.
            FailedHere(again, connection.Id, connection.Tenant);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Connection {Id} of {Tenant} stands still after {Attempts} attempts: {Reason}")]
    private partial void StandsStill(Guid id, string tenant, int attempts, string reason);

    [LoggerMessage(LogLevel.Information, "Connection {Id} of {Tenant} was ended or taken over in the middle of a turn")]
    private partial void Lost(Guid id, string tenant);

    [LoggerMessage(LogLevel.Error, "Connection {Id} of {Tenant} failed; it is tried again")]
    private partial void FailedHere(Exception error, Guid id, string tenant);

    [LoggerMessage(LogLevel.Error, "Connections to other record stores could not be worked on; it is tried again")]
    private partial void NotTaken(Exception error);
}
