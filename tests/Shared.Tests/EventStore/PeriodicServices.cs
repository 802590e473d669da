using Microsoft.Extensions.Logging.Abstractions;
using Pathways.EventStore;
using Xunit;

namespace Pathways.Shared.Tests.EventStore;

public sealed class PeriodicServices
{
    [Theory]
    [InlineData(3600, new[] { 3600, 5, 10, 20, 3600, 5 })]
    [InlineData(12, new[] { 12, 5, 10, 12, 12, 5 })]
    [InlineData(2, new[] { 2, 2, 2, 2, 2, 2 })]
    public async Task After_failures_the_pause_doubles_up_to_the_interval_and_is_short_again_after_a_success(int interval, int[] pauses)
    {
        var clock = new HurryingClock();
        // The fourth round is the only one that does not fail.
        using var service = new Failing(TimeSpan.FromSeconds(interval), clock, succeeds: 4, rounds: pauses.Length);
        await service.StartAsync(TestContext.Current.CancellationToken);
        await service.Done.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await service.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(pauses, clock.Pauses.Take(pauses.Length).Select(pause => (int)pause.TotalSeconds));
    }

    private sealed class Failing(TimeSpan interval, TimeProvider time, int succeeds, int rounds) : PeriodicService(interval, time, NullLogger.Instance)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _round;

        public Task Done => _done.Task;

        protected override async Task RunOnceAsync(CancellationToken cancellation)
        {
            if (++_round == rounds)
            {
                _done.SetResult();
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            if (_round != succeeds) throw new InvalidOperationException("It fails.");
        }
    }

    /// <summary>Remembers how long it was asked to wait, and does not.</summary>
    private sealed class HurryingClock : TimeProvider
    {
        public List<TimeSpan> Pauses { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Pauses.Add(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
