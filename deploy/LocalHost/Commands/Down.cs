using System.Diagnostics;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Commands;

/// <summary>Stops what runs in a data directory, and answers when nothing of it runs any more.</summary>
public static class Down
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    public static async Task<int> RunAsync(string folder)
    {
        var data = new DataDirectory(Path.GetFullPath(folder));
        if (RunState.Read(data) is not { IsAlive: true } state)
        {
            var left = Leftovers.End(data);
            Console.WriteLine(left == 0 ? $"Nothing runs in {data.Root}." : $"Ended {left} processes that a killed deploy/up left in {data.Root}.");
            return 0;
        }

        Signals.Send(state.Pid, Signal.Terminate);
        var since = Stopwatch.GetTimestamp();
        while (state.IsAlive)
        {
            if (Stopwatch.GetElapsedTime(since) > Patience)
            {
                await Console.Error.WriteLineAsync($"Process {state.Pid} did not stop in {Patience.TotalSeconds:0} s; it and what it started are killed.");
                Signals.Send(state.Pid, Signal.Kill);
                Leftovers.End(data);
                return 1;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        Leftovers.End(data);
        Console.WriteLine($"Stopped. The data stay in {data.Root}.");
        return 0;
    }
}
