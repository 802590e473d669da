using System.Collections.Concurrent;
using System.Diagnostics;
using Pathways.LocalHost.Processes;

namespace Pathways.Tests.Support;

/// <summary>One program of a test's server. It ends with the test process, even when that is killed.</summary>
internal sealed class ServerProcess
{
    private const int LinesKept = 40;

    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(50);

    private readonly ChildProcess _child;

    private ServerProcess(ChildProcess child) => _child = child;

    /// <summary>Ends what we started, and deletes our folders, when the test process is gone.</summary>
    public static Leash Leash { get; } = new();

    public static async Task<ServerProcess> StartAsync(ProcessSpec spec, Func<CancellationToken, Task<string?>> whyNotReady)
    {
        var lines = new ConcurrentQueue<string>();
        var child = ChildProcess.Start(spec, Leash, line =>
        {
            lines.Enqueue(line);
            if (lines.Count > LinesKept) lines.TryDequeue(out _);
        });
        var since = Stopwatch.GetTimestamp();
        while (await whyNotReady(CancellationToken.None) is { } reason)
        {
            if (child.Exited.IsCompleted || Stopwatch.GetElapsedTime(since) > ReadyWithin)
            {
                await child.KillAsync();
                throw new InvalidOperationException($"{spec.Name} did not become ready: {reason}\nIts last lines:\n{string.Join('\n', lines)}");
            }

            await Task.Delay(ProbeEvery);
        }

        return new ServerProcess(child);
    }

    public Task StopAsync() => _child.StopAsync();

    public Task KillAsync() => _child.KillAsync();

    public void Pause() => _child.Pause();

    public void Resume() => _child.Resume();
}
