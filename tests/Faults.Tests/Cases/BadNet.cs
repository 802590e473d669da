using Pathways.Tests.Support.Net;

namespace Pathways.Faults;

/// <summary>The net between the services and their nodes.</summary>
internal static class BadNet
{
    /// <summary>Down, cut in each direction and in both, and connections of which only one side knows that they are gone.</summary>
    public static Task<FaultReport> CutAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            foreach (var proxy in (FaultProxy[])[system.Postgres, system.Rabbit])
            {
                Action[] faults =
                [
                    proxy.Refuse,
                    () => proxy.ToServer.Weather = Weather.Cut,
                    () => proxy.ToClient.Weather = Weather.Cut,
                    proxy.Strand,
                ];
                foreach (var fault in faults)
                {
                    system.Faults++;
                    fault();
                    await Task.Delay(TimeSpan.FromSeconds(run.Choose(2, 8, 40)), token);
                    proxy.Restore();
                    await Task.Delay(TimeSpan.FromSeconds(run.Choose(1, 4, 10)), token);
                }
            }
        },
        cancellation);

    public static Task<FaultReport> SlowAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            var bad = new Weather(Delay: TimeSpan.FromMilliseconds(300), Jitter: TimeSpan.FromMilliseconds(200), BytesPerSecond: 50_000, Sliced: true);
            foreach (var proxy in (FaultProxy[])[system.Rabbit, system.Postgres])
            {
                system.Faults++;
                proxy.SetBoth(bad);
                await Task.Delay(TimeSpan.FromSeconds(run.Choose(5, 20, 120)), token);
            }

            await Task.Delay(TimeSpan.FromSeconds(run.Choose(5, 20, 120)), token);
            system.Postgres.Restore();
            system.Rabbit.Restore();
        },
        cancellation);
}
