using System.Collections.Concurrent;
using Pathways.LocalHost.Description;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// Asks every replica again and again whether it wants to be restarted, while things break. One that does not answer may be
/// the victim of the case; one that answers, and says no, is wrong: what it needs is away, and a restart brings nothing back.
/// </summary>
internal sealed class AliveWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _gaveUp = new();
    private readonly Task _watching;

    public AliveWatch(IEnumerable<(string Process, Func<CancellationToken, Task<bool>> IsAlive)> processes)
        => _watching = Task.WhenAll(processes.Select(process => WatchAsync(process.Process, process.IsAlive)));

    public static AliveWatch Over(FaultSystem system)
    {
        return new AliveWatch(
            from service in system.Services
            from replica in Enumerable.Range(0, service.Ports.Count)
            select (service.ProcessName(replica), IsAlive(service, replica)));

        static Func<CancellationToken, Task<bool>> IsAlive(Service service, int replica) => cancellation => Health.IsAliveAsync(service, replica, cancellation);
    }

    public IEnumerable<Violation> Violations
        => _gaveUp.Select(process => new Violation(ViolationKind.LeftOver, $"{process.Key} answered {process.Value} times that it wants to be restarted"));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync(string process, Func<CancellationToken, Task<bool>> isAlive)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!await isAlive(_stop.Token)) _gaveUp.AddOrUpdate(process, 1, (_, times) => times + 1);
                await Task.Delay(Interval, _stop.Token);
            }
            catch (Exception silence) when (silence is HttpRequestException or OperationCanceledException or IOException)
            {
                // No answer; asked again at once only when somebody took his time over it.
                if (silence is HttpRequestException) await Task.Delay(Interval, CancellationToken.None);
            }
        }
    }
}
