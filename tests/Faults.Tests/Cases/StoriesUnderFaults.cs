using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>
/// Learners' stories go on while something is killed again and again. A caller that gets no answer, or a refusal for the
/// moment, asks again with the same ids, as a real one would. Afterwards all is as if nothing had happened.
/// </summary>
internal static class StoriesUnderFaults
{
    private static readonly TimeSpan HealsWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(250);

    /// <param name="victims">Processes of tye.yaml; each in turn.</param>
    public static async Task<IReadOnlyList<string>> RunAsync(FaultRun run, IReadOnlyList<string> victims, CancellationToken cancellation)
    {
        await using var system = new RunningSystem();
        await system.InitializeAsync();
        await WeldingStory.DefineAsync(system, cancellation);

        var stories = new List<WeldingStory>();
        for (int i = 0; i < run.Learners; i++) stories.Add(await WeldingStory.EnrolAsync(system, $"learner-{i}", cancellation));
        var living = Task.WhenAll(stories.Select(story => LiveAsync(story, cancellation)));
        await KillAsync(system, victims, run, cancellation);
        await living;

        foreach (var story in stories)
            await Eventually.TrueAsync(() => TruthAsync(() => story.IsCompleteAsync(cancellation)), HealsWithin, "every story is complete", cancellation);
        IReadOnlyList<string> violations = ["not looked at yet"];
        // The feed and the lists follow a moment later.
        await TryAsync(() => Eventually.TrueAsync(
            async () => (violations = await Invariants.ViolationsAsync(system, stories[0], cancellation)).Count == 0, HealsWithin, "all invariants hold", cancellation));
        foreach (var story in stories) story.Dispose();
        return violations;
    }

    private static async Task KillAsync(RunningSystem system, IReadOnlyList<string> victims, FaultRun run, CancellationToken cancellation)
    {
#pragma warning disable CA5394 // Moments of killing are to be repeatable, not secret.
        var random = new Random(run.Seed);
        for (int i = 0; i < run.Kills; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(100, 1500)), cancellation);
            var victim = victims[i % victims.Count];
            if (system.Process(victim).IsAlive) system.Kill(victim);
        }
#pragma warning restore CA5394
        await Eventually.TrueAsync(
            () => system.State.Processes.All(process => process.Condition == Pathways.LocalHost.Processes.Condition.Ready), HealsWithin, "everything runs again", cancellation);
    }

    private static async Task LiveAsync(WeldingStory story, CancellationToken cancellation)
    {
        await PersistAsync(() => story.SendProviderResultAsync(cancellation), cancellation);
        await PersistAsync(() => story.SendResultsAsync(cancellation), cancellation);
        await PersistAsync(async () => await story.AskForCreditAsync(await story.ProviderCredentialAsync(cancellation), cancellation), cancellation);
    }

    private static async Task PersistAsync(Func<Task> ask, CancellationToken cancellation)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!await TryAsync(ask))
        {
            if (TimeProvider.System.GetElapsedTime(since) > HealsWithin) throw new TimeoutException("A caller got no answer for a minute.");
            await Task.Delay(AskAgainAfter, cancellation);
        }
    }

    private static async Task<bool> TryAsync(Func<Task> ask)
    {
        try
        {
            await ask();
            return true;
        }
        catch (Exception fault) when (fault is HttpRequestException or InvalidOperationException or TimeoutException or IOException)
        {
            return false;
        }
    }

    private static async Task<bool> TruthAsync(Func<Task<bool>> ask)
    {
        bool truth = false;
        return await TryAsync(async () => truth = await ask()) && truth;
    }
}
