using System.Diagnostics;

namespace Pathways.EventStore;

/// <summary>
/// Moments between two effects at which a fault test ends this process, as <c>kill -9</c> would. In every build, so that what
/// is tested is what is shipped, and dead unless <c>PATHWAYS_FAILPOINTS</c> names a folder when the process starts. Whoever
/// can set that can as well send the signal: it gives no power, and no safety can be turned off with it.
/// </summary>
public static class Failpoint
{
    public const string Variable = "PATHWAYS_FAILPOINTS";

    /// <summary>A command is committed, its caller has no answer yet.</summary>
    public const string Committed = "committed";

    /// <summary>A deadline is met, and what follows from it committed.</summary>
    public const string Met = "met";

    /// <summary>The broker has confirmed, the publisher's position is not stored.</summary>
    public const string Confirmed = "confirmed";

    /// <summary>A message's effects are committed, the message is not acknowledged.</summary>
    public const string Taken = "taken";

    /// <summary>Positions are given, the log is not committed.</summary>
    public const string Sealing = "sealing";

    /// <summary>A projection's batch is applied, not committed.</summary>
    public const string Projecting = "projecting";

    /// <summary>A rebuild is through, not committed.</summary>
    public const string Rebuilding = "rebuilding";

    private static readonly string? Folder = Environment.GetEnvironmentVariable(Variable);

    private static readonly string Service = Environment.GetEnvironmentVariable("Pathways__Service") ?? "";

    /// <summary>The file whose being there ends the next process of the service that comes to the point; it takes the file along.</summary>
    public static string FileOf(string folder, string service, string point) => Path.Combine(folder, $"{service}.{point}");

    public static void Hit(string point)
    {
        if (Folder is not null) EndIfArmed(FileOf(Folder, Service, point));
    }

    private static void EndIfArmed(string armed)
    {
        if (!File.Exists(armed)) return;
        try
        {
            // Only one of several replicas can move it.
            File.Move(armed, $"{armed}.{Environment.ProcessId}");
        }
        catch (FileNotFoundException)
        {
            return;
        }
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
