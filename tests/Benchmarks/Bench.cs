namespace Pathways.Benchmarks;

/// <summary>One benchmark: a name for <c>deploy/bench NAME</c> and what it measures.</summary>
/// <param name="RunAsync">Gets the report to fill and the arguments that are its own.</param>
internal sealed record Bench(string Name, string Description, Func<Report, IReadOnlyList<string>, CancellationToken, Task> RunAsync)
{
    /// <summary>Every benchmark there is.</summary>
    public static IReadOnlyList<Bench> All { get; } =
    [
        new("journey", "A learner's results in, to the stacked credential and the public event of it", JourneyBench.RunAsync),
        new("credentials", "Signing and verifying credentials, beside Digital Bazaar's libraries and raw Ed25519", CredentialBench.RunAsync),
        new("xapi", "The xAPI record store (or with --endpoint another one): posts, reads by each filter, CPU, storage.", Xapi.XapiBench.RunAsync),
        new("eventstore", "Appends beside a hand-written Npgsql loop (and Marten, built with it); lag of the log, a projection and the publisher; replay; the publisher beside bare RabbitMQ.Client: eventstore [CASE]", EventStore.EventStoreBench.RunAsync),
        new("replay", "A million events sealed, projected, rebuilt and verified, with the memory it takes", EventStore.ReplayBench.RunAsync),
        new("engine", "The stacking engine: real-sized pathways, flows, packing, covers, caps, one change, certificates; beside plain enumeration", Engine.EngineBench.RunAsync),
        new("stacking", "Credentials through the broker to the committed decision about a stack, 200 per second: stacking [CASE]", Stacking.StackingBench.RunAsync),
        new("fuzz", "Broken credentials against the verifier, for some minutes: fuzz [MINUTES] [SEED]", FuzzBench.RunAsync),
    ];
}
