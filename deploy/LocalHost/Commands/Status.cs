using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Commands;

/// <summary>What runs, from the supervisor's own record. Exit code 0: everything is ready.</summary>
public static class Status
{
    public static int Run(string folder, bool json)
    {
        var data = new DataDirectory(Path.GetFullPath(folder));
        var state = RunState.Read(data);
        if (state is { IsAlive: false, Phase: Phase.Ready or Phase.Starting or Phase.Stopping })
            state = state with { Phase = Phase.Failed, Reason = "The supervisor was killed." };

        if (json) Console.WriteLine(state?.ToJson() ?? """{"phase":"stopped","processes":[]}""");
        else if (state is null) Console.WriteLine($"Nothing has run in {data.Root}.");
        else Print(state);
        return state is { Phase: Phase.Ready } && state.Processes.All(p => p.Condition == Condition.Ready) ? 0 : 1;
    }

    private static void Print(RunState state)
    {
        Console.WriteLine($"{state.Phase} {state.Origin} {state.Reason}");
        foreach (var process in state.Processes)
            Console.WriteLine($"  {process.Name,-24} {process.Condition,-10} port {process.Port,-6} pid {process.Pid,-8} restarts {process.Restarts}");
    }
}
