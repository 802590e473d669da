namespace Pathways.Faults;

internal static class KillServices
{
    private static readonly string[] Victims =
        ["credential-issuance", "pathway-stacking", "learning-record", "institution-feed", "transfer-recognition", "access"];

    public static Task<IReadOnlyList<string>> RunAsync(FaultRun run, CancellationToken cancellation) => StoriesUnderFaults.RunAsync(run, Victims, cancellation);
}

internal static class KillBroker
{
    public static Task<IReadOnlyList<string>> RunAsync(FaultRun run, CancellationToken cancellation)
        => StoriesUnderFaults.RunAsync(run with { Kills = Math.Max(1, run.Kills / 6) }, ["rabbitmq"], cancellation);
}

internal static class KillDatabase
{
    public static Task<IReadOnlyList<string>> RunAsync(FaultRun run, CancellationToken cancellation)
        => StoriesUnderFaults.RunAsync(run with { Kills = Math.Max(1, run.Kills / 6) }, ["postgres"], cancellation);
}
