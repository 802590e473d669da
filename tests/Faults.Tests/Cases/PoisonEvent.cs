using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>One projection can't take an event: it stops there and says so, the others and all commands go on; mended, it equals a replay.</summary>
internal static class PoisonEvent
{
    private const int PoisonAt = 13;
    private const int Events = 30;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static async Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation)
    {
        await using var server = await PostgresServer.StartAsync();
        var (sound, faulty) = (new TallyProjection("sound"), new TallyProjection("faulty") { Refuses = PoisonAt });
        await using var service = await CountingService.StartAsync(server, run.Replicas, CountingService.OldTypes, sound, faulty);
        for (int i = 1; i <= Events; i++) await service.CountAsync(0, $"stream-{i % 5}", new Counted(i), cancellation);

        var wrong = new List<Violation>();
        await Eventually.TrueAsync(async () => await service.PositionAsync(sound, cancellation) == Events, Patience, "the other projection goes on", cancellation);
        await Eventually.TrueAsync(
            async () => (await service.HealthAsync(0, cancellation)).Contains("faulty_v1 stands still", StringComparison.Ordinal), Patience, "health says which one stands still", cancellation);
        if ((await service.HealthAsync(0, cancellation)).Contains("sound_v1 stands still", StringComparison.Ordinal)) wrong.Add(new(ViolationKind.Phantom, "health names a projection that runs"));
        if (await service.PositionAsync(faulty, cancellation) >= PoisonAt) wrong.Add(new(ViolationKind.Lost, "the projection has skipped the event"));

        faulty.Refuses = null;
        await Eventually.TrueAsync(async () => await service.PositionAsync(faulty, cancellation) == Events, Patience, "the mended projection catches up", cancellation);
        wrong.AddRange(await service.NotReplayEqualAsync(faulty, cancellation));
        wrong.AddRange(await service.NotReplayEqualAsync(sound, cancellation));
        return FaultReport.Of(1, wrong);
    }
}
