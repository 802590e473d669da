using System.Diagnostics;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Commands;

/// <summary>Starts <see cref="Up"/> in the background and waits until everything is ready, or tells why it is not.</summary>
public static class Detached
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    public static async Task<int> RunAsync(UpOptions options)
    {
        var data = new DataDirectory(Path.GetFullPath(options.Data));
        Directory.CreateDirectory(data.Root);
        // Outside of the folders that --fresh wipes while this file is being written.
        var log = Path.Combine(data.Root, "up.log");
        using var background = Process.Start(new ProcessStartInfo("setsid")
        {
            ArgumentList = { "sh", "-c", "exec \"$@\" </dev/null >\"$LOG\" 2>&1", "sh", DotnetHost.Path, typeof(Up).Assembly.Location, "up", "--supervise" },
            Environment = { ["LOG"] = log },
            WorkingDirectory = "/",
        }.With(options.Arguments()))!;

        var seen = new HashSet<string>();
        while (!background.HasExited)
        {
            var state = RunState.Read(data);
            if (state?.Pid == background.Id)
            {
                foreach (var process in state.Processes.Where(p => p.Condition == Condition.Ready && seen.Add(p.Name)))
                    Console.WriteLine($"  {process.Name} is ready on port {process.Port}");
                if (state.Phase == Phase.Ready) return await AfterReady.RunAsync(data, options.Sample, CancellationToken.None);
            }

            await Task.Delay(Poll);
        }

        var reason = RunState.Read(data) is { Phase: Phase.Failed, Reason: not null } failed && failed.Pid == background.Id ? failed.Reason : null;
        await Console.Error.WriteLineAsync($"deploy/up failed: {reason ?? await File.ReadAllTextAsync(log)}");
        return 1;
    }

    private static ProcessStartInfo With(this ProcessStartInfo start, IEnumerable<string> arguments)
    {
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        return start;
    }
}
