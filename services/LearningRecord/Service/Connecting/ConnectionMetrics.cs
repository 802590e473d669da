using System.Diagnostics.Metrics;

namespace Pathways.LearningRecord.Connecting;

/// <summary>What operators watch of connections. Which one it is stands in its view: ids would make a time series of each.</summary>
internal static class ConnectionMetrics
{
    private static readonly Meter Meter = new("Pathways.LearningRecord");

    /// <summary>Statements that went through; tag <c>direction</c>: out, in.</summary>
    private static readonly Counter<long> Carried = Meter.CreateCounter<long>("pathways.lrs.connection.statements", "{statement}");

    /// <summary>Statements that were put aside; tag <c>direction</c>.</summary>
    private static readonly Counter<long> PutAside = Meter.CreateCounter<long>("pathways.lrs.connection.dead_letters", "{statement}");

    /// <summary>Turns that failed; tags <c>direction</c>, and <c>cause</c>: peer, here.</summary>
    private static readonly Counter<long> FailedTurns = Meter.CreateCounter<long>("pathways.lrs.connection.failures", "{turn}");

    public static void Done(WorkingConnection connection, int statements)
    {
        if (statements > 0) Carried.Add(statements, Direction(connection));
    }

    public static void Buried(WorkingConnection connection) => PutAside.Add(1, Direction(connection));

    public static void Failed(WorkingConnection connection, string cause) => FailedTurns.Add(1, Direction(connection), new KeyValuePair<string, object?>("cause", cause));

    private static KeyValuePair<string, object?> Direction(WorkingConnection connection) => new("direction", connection.Settings.Direction);
}
