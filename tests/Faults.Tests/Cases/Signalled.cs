using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>Processes that hang for a while, and processes that are asked to end.</summary>
internal static class Signalled
{
    private static readonly TimeSpan RunsAgainWithin = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Each replica of a service in turn, so that the one with the leader's locks and the single active consumers is among them,
    /// sleeps and wakes up as if nothing had happened.
    /// </summary>
    public static Task<FaultReport> FreezeAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            var names = run.Choose(["credential-issuance"], (string[])["credential-issuance", "institution-feed"], ["learning-record", "credential-issuance", "pathway-stacking", "institution-feed"]);
            foreach (var process in names.SelectMany(name => system.ProcessesOf(system.Running.Topology.Service(name))))
                await SleepAsync(system, process, TimeSpan.FromSeconds(run.Choose(10, 30, 60)), token);
        },
        cancellation);

    private static async Task SleepAsync(FaultSystem system, string process, TimeSpan lasting, CancellationToken cancellation)
    {
        var before = system.Running.Process(process);
        system.Signal(process, Signal.Stop);
        await Task.Delay(lasting, cancellation);
        if (system.Running.Process(process).Pid != before.Pid || !system.IsStopped(process))
            system.Seen.Add(new(ViolationKind.LeftOver, $"{process} did not sleep for {lasting.TotalSeconds:0} s: the fault was none"));
        system.Signal(process, Signal.Continue);
    }

    public static Task<FaultReport> RollAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            int before = system.History.Attempts.Count;
            foreach (var name in system.ServiceProcesses)
            {
                var asked = system.Running.Process(name);
                system.Signal(name, Signal.Terminate);
                await system.Running.RestartedAsync(asked, RunsAgainWithin, token);
            }

            // With a replica left nobody notices; without one the door refuses, and nothing that was taken is left open.
            var failed = system.History.Attempts.Skip(before).Where(attempt => attempt.Outcome == Outcome.Unknown).ToList();
            if (run.Replicas > 1) system.Seen.AddRange(failed.Select(attempt => new Violation(ViolationKind.Lost, $"a command failed during a rolling restart: {attempt.Answer}")));
            else system.Seen.AddRange(failed.Where(attempt => attempt.Answer != "502").Select(attempt => new Violation(ViolationKind.Lost, $"a command was left open by a graceful stop: {attempt.Answer}")));
        },
        cancellation);
}
