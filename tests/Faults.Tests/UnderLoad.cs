using System.Diagnostics;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// The way most cases go. Callers send results and learners live their stories; a caller whom a story needs asks again with
/// the same ids, as a real one would. Meanwhile something is broken and mended. Then everything must arrive by itself.
/// </summary>
internal static class UnderLoad
{
    private static readonly TimeSpan HealsWithin = TimeSpan.FromSeconds(60);

    /// <summary>Beyond the promise, to tell what comes late from what never comes.</summary>
    private static readonly TimeSpan LooksFor = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>Load before the fault, so that there is something to lose, and after it, so that something new must arrive.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromSeconds(2);

    public static Task<FaultReport> RunAsync(
        FaultRun run, Func<FaultSystem, CancellationToken, Task> breakAndMend, CancellationToken cancellation,
        Func<FaultSystem, CancellationToken, Task<IReadOnlyList<Violation>>>? alsoHolds = null)
        => RunAsync(run, FaultSetup.Plain, breakAndMend, cancellation, alsoHolds);

    /// <param name="alsoHolds">What must hold of this case beside what must hold of all, when everything has healed.</param>
    /// <param name="breakAndMend">Returns when the fault has ended; from then on nobody helps.</param>
    public static async Task<FaultReport> RunAsync(
        FaultRun run, FaultSetup setup, Func<FaultSystem, CancellationToken, Task> breakAndMend, CancellationToken cancellation,
        Func<FaultSystem, CancellationToken, Task<IReadOnlyList<Violation>>>? alsoHolds = null)
    {
        var system = await run.SystemAsync(setup, cancellation);
        bool sound = false;
        try
        {
            var report = await RunAsync(run, system, breakAndMend, alsoHolds ?? NothingElseAsync, cancellation);
            sound = report.Held;
            return report;
        }
        finally
        {
            await run.KeepAsync(system, sound);
        }
    }

    private static async Task<FaultReport> RunAsync(
        FaultRun run, FaultSystem system, Func<FaultSystem, CancellationToken, Task> breakAndMend,
        Func<FaultSystem, CancellationToken, Task<IReadOnlyList<Violation>>> alsoHolds, CancellationToken cancellation)
    {
        system.Faults = 0;
        system.Seen.Clear();
        int before = system.History.Attempts.Count;
        var name = run.NextName();
        var stories = new List<WeldingStory>();
        for (int i = 0; i < run.Stories; i++) stories.Add(await WeldingStory.EnrolAsync(system.Running, $"{name}-story-{i}", cancellation));

        await using var load = await Load.StartAsync(system.Running, system.History, name, run.Callers, cancellation);
        await using var watch = AliveWatch.Over(system);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var living = Task.WhenAll(stories.Select(story => LiveAsync(story, patience.Token)));
        await Task.Delay(Around, cancellation);
        system.Seen.AddRange(await NothingTakenAsync(system.History, before, HealsWithin, "before anything was broken", cancellation));

        await breakAndMend(system, cancellation);
        var ended = Stopwatch.GetTimestamp();
        int mended = system.History.Attempts.Count;
        patience.CancelAfter(LooksFor);
        await Task.Delay(Around, cancellation);
        system.Seen.AddRange(await NothingTakenAsync(system.History, mended, HealsWithin, "after the fault had ended", cancellation));
        await load.StopAsync();

        var unhealed = await HealAsync(system, stories, living, ended, cancellation);
        var violations = new List<Violation>(unhealed);
        var healed = Stopwatch.GetElapsedTime(ended);
        if (violations.Count == 0 && healed > HealsWithin)
            system.Seen.Add(new Violation(ViolationKind.LeftOver, $"all is there, but it took {healed.TotalSeconds:0} s"));
        if (violations.Count == 0) violations.AddRange(await Checker.NotSoundAsync(system, cancellation));
        if (violations.Count == 0) violations.AddRange(await FeedQueue.WrongAsync(system, await system.Log.ReadOnAsync(cancellation), cancellation));
        if (violations.Count == 0) violations.AddRange(await alsoHolds(system, cancellation));
        foreach (var story in stories) story.Dispose();

        var attempts = system.History.Attempts.Skip(before).ToList();
        violations.AddRange(HistoryCheck.WrongAnswers(attempts, system.Setup.TurnsAClock ? ["401"] : []));
        violations.AddRange(watch.Violations);
        return new FaultReport(
            system.Faults, attempts.Count, attempts.Count(attempt => attempt.Outcome == Outcome.Ok),
            attempts.Count(attempt => attempt.Outcome == Outcome.Unknown), healed, [.. violations, .. system.Seen])
        {
            // A system that did not come back can't be asked. One that did is, whatever else was found wrong of it.
            Recovered = unhealed.Count == 0 ? HistoryCheck.Recovered(attempts, await system.Log.ReadOnAsync(cancellation)) : null,
        };
    }

    /// <summary>A load that nobody answers shows nothing: something is taken before the fault, and something new after it.</summary>
    internal static async Task<IReadOnlyList<Violation>> NothingTakenAsync(History history, int since, TimeSpan within, string when, CancellationToken cancellation)
    {
        long began = Stopwatch.GetTimestamp();
        while (!history.Attempts.Skip(since).Any(attempt => attempt.Outcome == Outcome.Ok))
        {
            if (Stopwatch.GetElapsedTime(began) > within) return [new(ViolationKind.Lost, $"no command was acknowledged {when}")];
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellation);
        }

        return [];
    }

    /// <summary>Looks until nothing is wrong any more, or too much time has passed; then what is still wrong stays.</summary>
    private static async Task<IReadOnlyList<Violation>> HealAsync(
        FaultSystem system, List<WeldingStory> stories, Task living, long ended, CancellationToken cancellation)
    {
        while (true)
        {
            var wrong = await WrongAsync(system, stories, living, cancellation);
            if (wrong.Count == 0 || Stopwatch.GetElapsedTime(ended) > LooksFor) return wrong;
            await Task.Delay(AskAgainAfter, cancellation);
        }
    }

    private static async Task<IReadOnlyList<Violation>> WrongAsync(FaultSystem system, List<WeldingStory> stories, Task living, CancellationToken cancellation)
    {
        try
        {
            if (await Checker.NotThereAsync(system, system.Log, system.History.Attempts, cancellation) is { Count: > 0 } wrong) return wrong;
            if (!living.IsCompletedSuccessfully) return [new(ViolationKind.LeftOver, "a learner's story could not go on")];
            foreach (var story in stories)
            {
                if (!await story.IsCompleteAsync(cancellation)) return [new(ViolationKind.Lost, "a learner's story did not come to its end")];
            }

            return [];
        }
        catch (Exception fault) when (IsPassing(fault))
        {
            return [new(ViolationKind.LeftOver, $"it does not answer: {fault.Message}")];
        }
    }

    private static Task<IReadOnlyList<Violation>> NothingElseAsync(FaultSystem system, CancellationToken cancellation)
        => Task.FromResult<IReadOnlyList<Violation>>([]);

    private static async Task LiveAsync(WeldingStory story, CancellationToken cancellation)
    {
        await PersistAsync(() => story.SendProviderResultAsync(cancellation), cancellation);
        await PersistAsync(() => story.SendResultsAsync(cancellation), cancellation);
        await PersistAsync(async () => await story.AskForCreditAsync(await story.ProviderCredentialAsync(cancellation), cancellation), cancellation);
    }

    private static async Task PersistAsync(Func<Task> ask, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception fault) when (IsPassing(fault) && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(AskAgainAfter, cancellation);
            }
        }
    }

    /// <summary>An HTTP client's own time-out is a cancellation that nobody asked for.</summary>
    internal static bool IsPassing(Exception fault)
        => fault is HttpRequestException or InvalidOperationException or TimeoutException or IOException or TaskCanceledException;
}
