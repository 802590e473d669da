using System.Diagnostics;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// A base backup is taken under load, and later everything goes on from it. And one service alone goes back behind what
/// others took from it: that can't be healed, so it must be said, and an operator can go on from it.
/// </summary>
internal static class Restore
{
    private static readonly TimeSpan HealsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation)
    {
        // Not plain: nobody shall go on with a system whose past was changed.
        await using var system = await run.SystemAsync(FaultSetup.Plain with { Prepare = _ => Task.CompletedTask }, cancellation);
        var wrong = new List<Violation>();
        await BackUpAndRestoreAsync(run, system, wrong, cancellation);
        await NoticesASourceThatWentBackAsync(run, system, wrong, cancellation);
        wrong.AddRange(await GoesOnWhenItIsAcceptedAsync(run, system, cancellation));
        var attempts = system.History.Attempts;
        return new FaultReport(
            2, attempts.Count, attempts.Count(attempt => attempt.Outcome == Outcome.Ok), attempts.Count(attempt => attempt.Outcome == Outcome.Unknown),
            Healed: null, wrong);
    }

    private static async Task BackUpAndRestoreAsync(FaultRun run, FaultSystem system, List<Violation> wrong, CancellationToken cancellation)
    {
        int kept;
        IReadOnlyList<(string Service, long Position, string Hash)> heads;
        await using (var load = await Load.StartAsync(system.Running, system.History, run.NextName(), run.Callers, cancellation))
        {
            await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
            kept = system.History.Attempts.Count;
            // What was before the backup began is in it, to the same hash; what came later happens once more, in another way.
            heads = await HeadsAsync(system, cancellation);
            await system.Nodes.BackUpAsync(system.Running.Data.Root + "/backup", cancellation);
            await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        }

        var before = system.History.Attempts.Take(kept).ToList();
        wrong.AddRange(await WholeAsync(system, system.History.Attempts, cancellation));

        await system.Running.LocalHostAsync("down");
        RunningNodes.PutBack(system.Running, system.Running.Data.Root + "/backup");
        PutHeadsAside(system);
        await system.Running.InitializeAsync();
        wrong.AddRange(await PersistsAsync(() => ForkedAsync(system, heads, cancellation), cancellation));

        int restored = system.History.Attempts.Count;
        await using (var load = await Load.StartAsync(system.Running, system.History, run.NextName(), run.Callers, cancellation))
            await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        List<Attempt> known = [.. before, .. system.History.Attempts.Skip(restored)];
        wrong.AddRange(await WholeAsync(system, known, cancellation));
    }

    /// <summary>Only learning-record goes back: to a copy from before its last events.</summary>
    private static async Task NoticesASourceThatWentBackAsync(FaultRun run, FaultSystem system, List<Violation> wrong, CancellationToken cancellation)
    {
        await system.Nodes.CopyDatabaseAsync("learning_record", "learning_record_copy", cancellation);
        await using (var load = await Load.StartAsync(system.Running, system.History, run.NextName(), run.Callers, cancellation))
            await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
        wrong.AddRange(await WholeAsync(system, [], cancellation));
        await system.Nodes.ReplaceDatabaseAsync("learning_record", "learning_record_copy", cancellation);
        PutHeadsAside(system);

        foreach (var name in (string[])["credential-issuance", "institution-feed"])
        {
            var service = system.Running.Topology.Service(name);
            for (int replica = 0; replica < service.Ports.Count; replica++)
            {
                int asked = replica;
                await Eventually.TrueAsync(
                    async () => await Health.ReasonAsync(service, asked, cancellation) is { } reason && reason.Contains("learning-record does not have its log", StringComparison.Ordinal),
                    Patience, $"{service.ProcessName(replica)} notices that its source went back", cancellation);
            }
        }
    }

    /// <summary>What an operator does who knows why a log went back: until then its health says that it did.</summary>
    private static void PutHeadsAside(FaultSystem system)
    {
        var heads = Directory.CreateDirectory(system.Running.Data.Heads);
        foreach (var kept in heads.GetFiles("*.heads")) kept.MoveTo($"{kept.FullName}.before-{Guid.NewGuid():N}");
    }

    /// <summary>What the lost log left behind stays; what the source has now is taken, and everything is well again.</summary>
    private static async Task<IReadOnlyList<Violation>> GoesOnWhenItIsAcceptedAsync(FaultRun run, FaultSystem system, CancellationToken cancellation)
    {
        using (var client = await DoorClient.OfAsync(system.Running, "*", "operator", cancellation))
        {
            foreach (var name in (string[])["credential-issuance", "institution-feed"])
            {
                var accepted = await client.PostAsync(
                    $"{name}/sources/learning-record/accept", new JsonObject { ["reason"] = "The backup is all there is.", ["confirm"] = true }, cancellation);
                if (accepted["remaining"]!.AsArray().Count == 0) return [new(ViolationKind.LeftOver, $"{name} names nothing that followed from what learning-record lost")];
            }
        }

        await using (var load = await Load.StartAsync(system.Running, system.History, run.NextName(), run.Callers, cancellation))
            await Task.Delay(TimeSpan.FromSeconds(3), cancellation);
        var wrong = await PersistsAsync(() => Health.WrongAsync(system, cancellation), cancellation);
        return wrong.Count > 0 ? wrong : await Checker.NotSoundAsync(system, cancellation);
    }

    /// <summary>Looks until nothing is wrong, or too much time has passed; then at what is only looked at once.</summary>
    private static async Task<IReadOnlyList<Violation>> WholeAsync(FaultSystem system, IReadOnlyList<Attempt> known, CancellationToken cancellation)
    {
        var log = new SystemLog(system.Running);
        var wrong = await PersistsAsync(() => Checker.NotThereAsync(system, log, known, cancellation), cancellation);
        return wrong.Count > 0 ? wrong : await Checker.NotSoundAsync(system, cancellation);
    }

    private static async Task<IReadOnlyList<Violation>> PersistsAsync(Func<Task<IReadOnlyList<Violation>>> look, CancellationToken cancellation)
    {
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            var wrong = await OrNoAnswerAsync(look);
            if (wrong.Count == 0 || Stopwatch.GetElapsedTime(since) > HealsWithin) return wrong;
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellation);
        }
    }

    /// <summary>Whoever has just started may say for a moment that it can't answer yet.</summary>
    private static async Task<IReadOnlyList<Violation>> OrNoAnswerAsync(Func<Task<IReadOnlyList<Violation>>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception fault) when (UnderLoad.IsPassing(fault))
        {
            return [new(ViolationKind.LeftOver, $"it does not answer: {fault.Message}")];
        }
    }

    /// <summary>Position and hash of each log, as somebody outside would keep them.</summary>
    private static async Task<IReadOnlyList<(string Service, long Position, string Hash)>> HeadsAsync(FaultSystem system, CancellationToken cancellation)
    {
        using var client = await DoorClient.OfAsync(system.Running, "*", "operator", cancellation);
        var heads = new List<(string, long, string)>();
        foreach (var service in SystemLog.ServicesOf(system.Running))
        {
            foreach (var entry in await EntriesAsync(client, service, after: 0, cancellation)) heads.Add((service, (long)entry!["position"]!, (string)entry["hash"]!));
        }

        return heads;
    }

    /// <summary>As far as the restored log reaches, it is the log that was.</summary>
    private static async Task<IReadOnlyList<Violation>> ForkedAsync(
        FaultSystem system, IReadOnlyList<(string Service, long Position, string Hash)> heads, CancellationToken cancellation)
    {
        using var client = await DoorClient.OfAsync(system.Running, "*", "operator", cancellation);
        var known = heads.ToDictionary(head => (head.Service, head.Position), head => head.Hash);
        var wrong = new List<Violation>();
        foreach (var service in SystemLog.ServicesOf(system.Running))
        {
            foreach (var entry in await EntriesAsync(client, service, after: 0, cancellation))
            {
                if (known.TryGetValue((service, (long)entry!["position"]!), out var hash) && hash != (string)entry["hash"]!)
                {
                    wrong.Add(new(ViolationKind.LeftOver, $"the restored log of {service} is another one at {entry["position"]}"));
                    break;
                }
            }
        }

        return wrong;
    }

    private static async Task<List<JsonNode?>> EntriesAsync(DoorClient client, string service, long after, CancellationToken cancellation)
    {
        var entries = new List<JsonNode?>();
        string? next = $"{after}";
        while (next is not null)
        {
            var page = await client.GetAsync($"{service}/audit/log?after={next}&limit=200", cancellation);
            entries.AddRange(page["items"]!.AsArray());
            next = (string?)page["next"];
        }

        return entries;
    }
}
