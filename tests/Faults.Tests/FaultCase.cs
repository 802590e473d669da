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
        new("kill-before-answer", "F06", "kill between commit and answer; the caller asks again with its key or the statement's id", Failpoints.BeforeAnswerAsync),
        new("kill-after-confirm", "F07", "kill after the broker's confirm, before the position is stored", Failpoints.AfterConfirmAsync),
        new("kill-before-ack", "F08", "kill after a consumer's commit, before its acknowledgement", Failpoints.BeforeAckAsync),
        new("kill-after-deadline", "F08", "kill after a deadline is met", Failpoints.AfterDeadlineAsync),
        new("kill-mid-seal", "F09", "kill while the log is being sealed", Failpoints.MidSealAsync),
        new("kill-mid-projection", "F09", "kill while a projection applies a batch", Failpoints.MidProjectionAsync),
        new("kill-mid-rebuild", "F09", "kill at the end of a rebuild", Failpoints.MidRebuildAsync),
        new("freeze-leader", "F10", "SIGSTOP of a whole service, a replica at a time, then SIGCONT", Signalled.FreezeAsync),
        new("rolling-restart", "F11", "SIGTERM of every process, one after the other", Signalled.RollAsync),
        new("kill-broker", "F12", "kill -9 of RabbitMQ", Kills.BrokerAsync),
        new("broker-down", "F13", "RabbitMQ is stopped for a minute", BrokerDown.StopAsync),
        new("broker-connections", "F14", "every AMQP connection is closed, again and again", BrokerDown.CloseConnectionsAsync),
        new("broker-emptied", "F15", "a queue, an exchange, all of them, then the institutions' exchange alone are deleted", BrokerDown.DeleteAsync),
        new("broker-alarm", "F16", "RabbitMQ's memory alarm", BrokerDown.AlarmAsync),
        new("kill-database", "F17", "kill -9 of PostgreSQL", Kills.DatabaseAsync),
        new("database-hangs", "F18", "PostgreSQL does not answer: cut off, then stopped", DatabaseTrouble.HangAsync),
        new("database-terminates", "F19", "pg_terminate_backend every 200 ms", DatabaseTrouble.TerminateAsync),
        new("database-exhausted", "F20", "transactions stay open, then no connection is left", DatabaseTrouble.ExhaustAsync),
        new("writer-storm", "F21", "fifty write to one stream at the same moment", WriterStorm.RunAsync),
        new("net-cut", "F22", "no way to PostgreSQL, then to RabbitMQ: down, one-way, half-open", BadNet.CutAsync),
        new("net-slow", "F23", "300 ms ± 200 ms, byte by byte, 50 kB/s", BadNet.SlowAsync),
        new("disk-full", "F24", "RabbitMQ's disk counts as full, then PostgreSQL's is", FullDisk.FillAsync),
        new("power-cut", "F25", "the power goes: what was not flushed is gone", PowerCut.RunAsync),
        new("clock-jumps", "F26", "the clock of a service jumps by an hour, and back, then that of another", Clocks.JumpAsync),
        new("delivered-thrice", "F27", "every message comes three times", Relayed.ThriceAsync),
        new("shuffled", "F28", "messages come shuffled in windows of fifty, the oldest again", Relayed.ShuffledAsync),
        new("dropped", "F29", "some messages never come", Relayed.DroppedAsync),
        new("poison-messages", "F30", "unreadable, unknown, huge, or what a handler stumbles over", Poison.RunAsync),
        new("poison-event", "F31", "an event that one projection has a fault with", PoisonEvent.RunAsync),
        new("two-builds", "F32", "an old and a new build on one database, rollback, upgrade", TwoBuilds.RunAsync),
        new("rebuild", "F33", "every read model is built again, over and over, under load", RebuildUnderLoad.RunAsync),
        new("erasure", "F36", "a learner is erased under load", Erasure.RunAsync),
        new("tampering", "F37", "events and rows of the log are changed, deleted, swapped, cut off", Tampering.RunAsync),
        new("restore", "F38", "a backup under load is restored; a source goes back behind its consumers", Restore.RunAsync),
    ];

    /// <summary>By its name, its number, or one of the numbers that it covers.</summary>
    public bool IsNamed(string name)
        => Name == name || Number == name
            || (Number.Split('-') is [var first, var last] && name.Length == first.Length && string.CompareOrdinal(first, name) <= 0 && string.CompareOrdinal(name, last) <= 0);
}
