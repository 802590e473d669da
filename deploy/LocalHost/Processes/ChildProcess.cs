using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Pathways.LocalHost.Processes;

/// <param name="StopSignal">What the program takes as the request to end in good order.</param>
public sealed record ProcessSpec(
    string Name,
    string Program,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory,
    Account Account,
    Signal StopSignal,
    TimeSpan StopTimeout);

/// <summary>One running program: leads its own process group, is held by the leash, hands its output on line by line.</summary>
public sealed partial class ChildProcess
{
    private readonly Process _process;
    private readonly ProcessSpec _spec;

    private ChildProcess(Process process, ProcessSpec spec, Task exited)
    {
        _process = process;
        _spec = spec;
        Exited = exited;
    }

    public int Pid => _process.Id;

    /// <summary>Completes when the program is gone and its last line has been handed on.</summary>
    public Task Exited { get; }

    public int ExitCode => _process.ExitCode;

    public static ChildProcess Start(ProcessSpec spec, Leash leash, Action<string> onLine)
    {
        string[] command = [.. spec.Account.Wrap(spec.Program, spec.Arguments)];
        var start = new ProcessStartInfo(command[0])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = spec.WorkingDirectory,
        };
        foreach (var argument in command[1..]) start.ArgumentList.Add(argument);
        CleanEnvironment.Apply(start, spec.Environment);

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{spec.Name} did not start.");
        leash.Hold(process.Id);
        process.StandardInput.Close();
        return new ChildProcess(process, spec, FollowAsync(process, leash, onLine));
    }

    /// <summary>Asks to end, and insists after the timeout.</summary>
    public async Task StopAsync()
    {
        if (Exited.IsCompleted) return;
        Resume();
        Signals.Send(Pid, _spec.StopSignal);
        if (await Task.WhenAny(Exited, Task.Delay(_spec.StopTimeout)) != Exited) await KillAsync();
    }

    public async Task KillAsync()
    {
        Signals.SendToTree(Pid, Signal.Kill);
        await Exited;
    }

    /// <summary>The program hangs: its connections stay open and nobody answers.</summary>
    public void Pause() => Signals.SendToTree(Pid, Signal.Stop);

    public void Resume() => Signals.SendToTree(Pid, Signal.Continue);

    private static async Task FollowAsync(Process process, Leash leash, Action<string> onLine)
    {
        var output = Task.WhenAll(PumpAsync(process.StandardOutput, onLine), PumpAsync(process.StandardError, onLine));
        await process.WaitForExitAsync();
        // Helpers that a program left behind end with it; they would also hold the pipes open.
        Signals.SendToGroup(process.Id, Signal.Kill);
        await output;
        leash.Free(process.Id);
    }

    private static async Task PumpAsync(StreamReader reader, Action<string> onLine)
    {
        while (await reader.ReadLineAsync() is { } line) onLine(AnsiColour().Replace(line, ""));
    }

    [GeneratedRegex(@"\x1b\[[0-9;]*m", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex AnsiColour();
}
