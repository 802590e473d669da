using System.Runtime.InteropServices;

namespace Pathways.LocalHost.Processes;

/// <summary>The signals of POSIX that .NET has no call for.</summary>
public enum Signal
{
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}

public static class Signals
{
    /// <summary>Sends to the process and everything it started, provided that it leads its own group.</summary>
    public static void SendToGroup(int leader, Signal signal) => _ = Kill(-leader, (int)signal);

    /// <summary>
    /// Sends to the process and all its descendants. A group is not enough for PostgreSQL, whose backends each lead a
    /// group of their own.
    /// </summary>
    public static void SendToTree(int root, Signal signal)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0)
            .Select(pid => (Pid: pid, Parent: Stat(pid) is { } fields ? int.Parse(fields[1]) : 0))
            .ToLookup(p => p.Parent, p => p.Pid);
        SendDown(root);

        void SendDown(int pid)
        {
            Send(pid, signal);
            foreach (var child in children[pid]) SendDown(child);
        }
    }

    public static void Send(int pid, Signal signal) => _ = Kill(pid, (int)signal);

    /// <summary>
    /// When the process started, in clock ticks since boot; null when there is none. Pid and start time together name a
    /// process for good: a pid alone may by now belong to somebody else.
    /// </summary>
    public static long? StartTime(int pid)
        => Stat(pid) is { } fields && fields[0] is not ("Z" or "X") ? long.Parse(fields[19]) : null;

    /// <summary>The fields of proc(5)'s stat behind the command name, which may itself contain spaces and parentheses.</summary>
    private static string[]? Stat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
