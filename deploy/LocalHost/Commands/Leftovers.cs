using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Commands;

/// <summary>Processes of a supervisor that did not get to stop them.</summary>
public static class Leftovers
{
    public static int End(DataDirectory data)
    {
        var left = RunState.Read(data)?.Processes.Where(p => p.IsAlive).ToList() ?? [];
        foreach (var process in left) Signals.SendToTree(process.Pid!.Value, Signal.Kill);
        return left.Count;
    }
}
