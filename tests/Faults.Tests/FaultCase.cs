namespace Pathways.Faults;

/// <summary>Something that goes wrong, and what must hold afterwards.</summary>
/// <param name="Name">For <c>deploy/faults NAME</c>.</param>
/// <param name="Number">F01 to F38, as the table of cases counts them.</param>
/// <param name="RunAsync">Breaks things, waits until the system has healed, and reports. Most go through <see cref="UnderLoad"/>.</param>
internal sealed record FaultCase(string Name, string Number, string Description, Func<FaultRun, CancellationToken, Task<FaultReport>> RunAsync)
{
    /// <summary>Every case there is; one line each.</summary>
    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("kill-services", "F01-F04", "kill -9 of each service in turn", Kills.ServicesAsync),
        new("kill-all", "F05", "kill -9 of all services at once", Kills.AllAtOnceAsync),
        new("freeze-leader", "F10", "SIGSTOP of a whole service, a replica at a time, then SIGCONT", Signalled.FreezeAsync),
        new("rolling-restart", "F11", "SIGTERM of every process, one after the other", Signalled.RollAsync),
        new("kill-broker", "F12", "kill -9 of RabbitMQ", Kills.BrokerAsync),
        new("kill-database", "F17", "kill -9 of PostgreSQL", Kills.DatabaseAsync),
    ];
}
