namespace Pathways.Faults;

/// <summary>Something that goes wrong under load, and what must hold afterwards.</summary>
/// <param name="Name">For <c>deploy/faults NAME</c>.</param>
/// <param name="RunAsync">Breaks things, waits until the system has healed, and names every violation; none when all held.</param>
internal sealed record FaultCase(string Name, string Description, Func<FaultRun, CancellationToken, Task<IReadOnlyList<string>>> RunAsync)
{
    /// <summary>Every case there is.</summary>
    public static IReadOnlyList<FaultCase> All { get; } =
    [
        new("kill-services", "kill -9 of each service in turn at random moments, while learners' results arrive", KillServices.RunAsync),
        new("kill-broker", "kill -9 of RabbitMQ, while learners' results arrive", KillBroker.RunAsync),
        new("kill-database", "kill -9 of PostgreSQL, while learners' results arrive", KillDatabase.RunAsync),
    ];
}

/// <param name="Learners">How many stories run at the same time.</param>
/// <param name="Kills">How often something is killed.</param>
/// <param name="Seed">Repeats the same moments.</param>
internal sealed record FaultRun(int Learners, int Kills, int Seed)
{
    /// <summary>The form that runs with every test.</summary>
    public static FaultRun Short { get; } = new(Learners: 3, Kills: 6, Seed: 20261122);

    public static FaultRun Long { get; } = new(Learners: 10, Kills: 40, Seed: 20261122);
}
