using System.Text.Json.Nodes;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>A process ends exactly between two effects that no transaction holds together, or in the middle of one that does.</summary>
internal static class Failpoints
{
    private static readonly TimeSpan StrikesWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RunsAgainWithin = TimeSpan.FromSeconds(60);

    /// <summary>Committed, not answered: who asks again with the same key gets the first answer.</summary>
    public static Task<FaultReport> BeforeAnswerAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            using var client = await DoorClient.OfAsync(system.Running, WeldingStory.College, "learners", token);
            for (int i = 0; i < run.Choose(1, 3, 10); i++) await AskAgainAsync(run, system, client, token);
        },
        cancellation);

    /// <summary>Confirmed, position not stored: published again, and without effect the second time.</summary>
    public static Task<FaultReport> AfterConfirmAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            await using var wire = await RawBroker.ConnectAsync(system.Nodes.BrokerUri);
            var queue = await wire.ObserveAsync();
            await StrikeAsync(run, system, Failpoint.Confirmed, ["learning-record", "credential-issuance", "pathway-stacking", "institution-feed"], token);
            var messages = await wire.DrainAsync(queue);
            await wire.Channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: token);
            if (messages.CountBy(message => message.Properties.MessageId ?? "").All(message => message.Value == 1))
                system.Seen.Add(new(ViolationKind.LeftOver, "no message came twice: the fault was none"));
        },
        cancellation);

    /// <summary>Committed, not acknowledged: the message comes again and the cursor knows it.</summary>
    public static Task<FaultReport> BeforeAckAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run, (system, token) => StrikeAsync(run, system, Failpoint.Taken, ["credential-issuance", "pathway-stacking", "institution-feed"], token), cancellation);

    public static Task<FaultReport> MidSealAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run, (system, token) => StrikeAsync(run, system, Failpoint.Sealing, ["learning-record", "credential-issuance", "pathway-stacking", "institution-feed"], token), cancellation);

    public static Task<FaultReport> MidProjectionAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        (system, token) => StrikeAsync(run, system, Failpoint.Projecting, ["credential-issuance", "pathway-stacking", "institution-feed"], token),
        cancellation);

    public static Task<FaultReport> MidRebuildAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            foreach (var (service, projection) in Projections.All.Take(run.Choose(1, int.MaxValue, int.MaxValue)))
            {
                system.Arm(service, Failpoint.Rebuilding);
                _ = await IsAnsweredAsync(system, service, projection, token);
                await system.StruckAsync(service, Failpoint.Rebuilding, StrikesWithin, token);
                await system.RunsAgainAsync(RunsAgainWithin, token);
            }
        },
        cancellation);

    /// <summary>Of few events a rebuild is soon at its end: the fault may strike before the answer is out. Whether it has is asked next.</summary>
    private static async Task<bool> IsAnsweredAsync(FaultSystem system, string service, string projection, CancellationToken cancellation)
    {
        try
        {
            await Projections.StartRebuildAsync(system, service, projection, cancellation);
            return true;
        }
        catch (HttpRequestException lost) when (lost.StatusCode is null)
        {
            return false;
        }
    }

    private static async Task StrikeAsync(FaultRun run, FaultSystem system, string point, string[] services, CancellationToken cancellation)
    {
        for (int round = 0; round < run.Choose(1, 2, 10); round++)
        {
            foreach (var service in services.Take(run.Choose(2, services.Length, services.Length)))
            {
                system.Arm(service, point);
                await system.StruckAsync(service, point, StrikesWithin, cancellation);
            }

            await system.RunsAgainAsync(RunsAgainWithin, cancellation);
        }
    }

    private static async Task AskAgainAsync(FaultRun run, FaultSystem system, DoorClient client, CancellationToken cancellation)
    {
        var learner = $"learner-{run.NextName()}";
        system.Arm("pathway-stacking", Failpoint.Committed);
        var lost = await EnrolAsync(client, learner, cancellation);
        await system.StruckAsync("pathway-stacking", Failpoint.Committed, StrikesWithin, cancellation);
        if (lost is not null) system.Seen.Add(new(ViolationKind.LeftOver, "the caller got an answer: the fault was none"));

        var first = await Eventually.SeeAsync(() => EnrolAsync(client, learner, cancellation), RunsAgainWithin, "an answer", cancellation);
        var second = await Eventually.SeeAsync(() => EnrolAsync(client, learner, cancellation), RunsAgainWithin, "the same answer", cancellation);
        if (first != second) system.Seen.Add(new(ViolationKind.Duplicated, $"the same key was answered with {first} and with {second}"));
        var enrolled = (await system.Log.ReadOnAsync(cancellation)).Count(entry => entry.Type == "learner_enrolled" && (string?)entry.Data["LearnerId"] == learner);
        if (enrolled != 1) system.Seen.Add(new(enrolled == 0 ? ViolationKind.Lost : ViolationKind.Duplicated, $"{learner} was enrolled {enrolled} times"));
    }

    /// <summary>The answer's body; null when there was none, or none for the moment.</summary>
    private static async Task<string?> EnrolAsync(DoorClient client, string learner, CancellationToken cancellation)
    {
        var body = new JsonObject { ["learnerId"] = learner, ["pathwayId"] = ReadableKey.Of("https://hutchinson.example/pathways/welding-certificate-a") };
        try
        {
            using var answer = await client.SendAsync(
                HttpMethod.Post, "pathway-stacking/enrolments", DoorClient.Json(body), cancellation, ("Idempotency-Key", $"enrol-{learner}"));
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellation) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
