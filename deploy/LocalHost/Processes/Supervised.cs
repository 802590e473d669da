using System.Diagnostics;

namespace Pathways.LocalHost.Processes;

public enum Condition
{
    Starting,
    Ready,
    Restarting,
    Stopped,
}

/// <summary>Keeps one program running: starts it again when it dies, later each time it dies soon.</summary>
public sealed class Supervised(
    ProcessSpec spec,
    int? port,
    Func<CancellationToken, Task<string?>> whyNotReady,
    Leash leash,
    Journal journal,
    Action onChange)
{
    private const int AttemptsBeforeReady = 3;

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private ChildProcess? _child;
    private Task _supervision = Task.CompletedTask;

    public string Name => spec.Name;

    public int? Port => port;

    public int? Pid => _child is { Exited.IsCompleted: false } child ? child.Pid : null;

    public int Restarts { get; private set; }

    public Condition Condition { get; private set; } = Condition.Stopped;

    /// <summary>Starts, and waits until the program answers.</summary>
    /// <exception cref="StartFailedException">It died again and again, or never answered.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        _supervision = SuperviseAsync();
        var since = Stopwatch.GetTimestamp();
        while (await whyNotReady(ct) is { } reason)
        {
            if (Restarts >= AttemptsBeforeReady) throw new StartFailedException(Name, $"{Name} died {Restarts} times before it was ready.");
            if (Stopwatch.GetElapsedTime(since) > ReadyWithin) throw new StartFailedException(Name, $"{Name} was not ready after {ReadyWithin.TotalSeconds:0} s: {reason}");
            await Task.Delay(ProbeEvery, ct);
        }

        Become(Condition.Ready);
        journal.Say($"{Name} is ready after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s{(port is null ? "" : $" on port {port}")}.");
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        if (_child is not null) await _child.StopAsync();
        await _supervision;
        Become(Condition.Stopped);
    }

    private async Task SuperviseAsync()
    {
        var pause = FirstPause;
        while (!_stopping.IsCancellationRequested)
        {
            var since = Stopwatch.GetTimestamp();
            _child = ChildProcess.Start(spec, leash, line => journal.Write(Name, line));
            Become(Condition.Starting);
            var probing = Restarts > 0 ? BecomeReadyAsync(_child) : Task.CompletedTask;
            await _child.Exited;
            await probing;
            if (_stopping.IsCancellationRequested) return;

            if (Stopwatch.GetElapsedTime(since) > StableAfter) pause = FirstPause;
            journal.Say($"{Name} ended with {_child.ExitCode}; starts again in {pause.TotalSeconds:0.##} s.");
            Restarts++;
            Become(Condition.Restarting);
            // Waiting is cut short by the stop, which is no fault.
            await Task.Delay(pause, _stopping.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task BecomeReadyAsync(ChildProcess child)
    {
        while (!child.Exited.IsCompleted)
        {
            if (await whyNotReady(CancellationToken.None) is null)
            {
                Become(Condition.Ready);
                return;
            }

            await Task.Delay(ProbeEvery);
        }
    }

    private void Become(Condition condition)
    {
        Condition = condition;
        onChange();
    }
}

public sealed class StartFailedException(string process, string message) : Exception(message)
{
    public string Process => process;
}
