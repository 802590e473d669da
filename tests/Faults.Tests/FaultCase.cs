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
        new("broker-down", "F13", "RabbitMQ is stopped for a minute", BrokerDown.StopAsync),
        new("broker-connections", "F14", "every AMQP connection is closed, again and again", BrokerDown.CloseConnectionsAsync),
        new("broker-emptied", "F15", "a queue, an exchange, then all of them are deleted", BrokerDown.DeleteAsync),
        new("broker-alarm", "F16", "RabbitMQ's memory alarm", BrokerDown.AlarmAsync),
        new("kill-database", "F17", "kill -9 of PostgreSQL", Kills.DatabaseAsync),
        new("database-hangs", "F18", "PostgreSQL does not answer: cut off, then stopped", DatabaseTrouble.HangAsync),
        new("database-terminates", "F19", "pg_terminate_backend every 200 ms", DatabaseTrouble.TerminateAsync),
        new("database-exhausted", "F20", "transactions stay open, then no connection is left", DatabaseTrouble.ExhaustAsync),
        new("net-cut", "F22", "no way to PostgreSQL, then to RabbitMQ: down, one-way, half-open", BadNet.CutAsync),
        new("net-slow", "F23", "300 ms ± 200 ms, byte by byte, 50 kB/s", BadNet.SlowAsync),
        new("disk-full", "F24", "PostgreSQL's disk is full", FullDisk.FillAsync),
        new("clock-jumps", "F26", "one service's clock jumps by an hour, and back", Clocks.JumpAsync),
    ];
}
