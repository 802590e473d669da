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

    private static readonly string[] Consumers = ["credential-issuance", "pathway-stacking", "transfer-recognition", "institution-feed"];

    private static readonly string[] All = ["learning-record", .. Consumers];

    /// <summary>Committed, not answered: who asks again with the same key, or sends the same statement again, gets the first answer.</summary>
    public static Task<FaultReport> BeforeAnswerAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            using var client = await DoorClient.OfAsync(system.Running, WeldingStory.College, "learners statements/write", token);
            for (int i = 0; i < run.Choose(1, 3, 10); i++)
            {
                await AskAgainAsync(run, system, client, token);
                await SendAgainAsync(run, system, client, token);
            }
        },
        cancellation);

    /// <summary>Confirmed, position not stored: published again, and without effect the second time.</summary>
    public static Task<FaultReport> AfterConfirmAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            await using var wire = await RawBroker.ConnectAsync(system.Nodes.BrokerUri);
            var queue = await wire.ObserveAsync();
            await StrikeAsync(run, system, Failpoint.Confirmed, All, token);
            var messages = await wire.DrainAsync(queue);
            await wire.Channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: token);
            if (messages.CountBy(message => message.Properties.MessageId ?? "").All(message => message.Value == 1))
                system.Seen.Add(new(ViolationKind.LeftOver, "no message came twice: the fault was none"));
        },
        cancellation);

    /// <summary>Committed, not acknowledged: the message comes again and the cursor knows it.</summary>
    public static Task<FaultReport> BeforeAckAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run, (system, token) => StrikeAsync(run, system, Failpoint.Taken, Consumers, token), cancellation);

    /// <summary>The end of an exception, of which a learner's stack takes note once.</summary>
    public static Task<FaultReport> AfterDeadlineAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            for (int i = 0; i < run.Choose(1, 3, 10); i++)
            {
                system.Arm("pathway-stacking", Failpoint.Met);
                var exception = await ExpiringException.GrantAsync(system, run.NextName(), TimeSpan.FromSeconds(5), token);
                await system.StruckAsync("pathway-stacking", Failpoint.Met, StrikesWithin, token);
                await system.RunsAgainAsync(RunsAgainWithin, token);
                // As long as a deadline that was not met takes to be met.
                await Task.Delay(TimeSpan.FromSeconds(3), token);
                await exception.EndedOnceAsync(token);
            }
        },
        cancellation);

    public static Task<FaultReport> MidSealAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run, (system, token) => StrikeAsync(run, system, Failpoint.Sealing, All, token), cancellation);

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

    /// <summary>A statement is its own key. That of another caller may be the one that is stored when the process ends; then this one is stored as usual.</summary>
    private static async Task SendAgainAsync(FaultRun run, FaultSystem system, DoorClient client, CancellationToken cancellation)
    {
        var result = Load.Result(Guid.CreateVersion7(), run.NextName());
        system.Arm("learning-record", Failpoint.Committed);
        _ = await StoreAsync(client, result, cancellation);
        await system.StruckAsync("learning-record", Failpoint.Committed, StrikesWithin, cancellation);
        for (int again = 0; again < 2; again++)
            await Eventually.SeeAsync(() => StoreAsync(client, result, cancellation), RunsAgainWithin, "an answer", cancellation);
        var stored = (await system.Log.ReadOnAsync(cancellation)).Count(entry => entry.Type == "achievement_recorded" && (string?)entry.Data["RecordId"] == (string?)result["id"]);
        if (stored != 1) system.Seen.Add(new(stored == 0 ? ViolationKind.Lost : ViolationKind.Duplicated, $"a statement that was sent again was recorded {stored} times"));
    }

    private static async Task<string?> StoreAsync(DoorClient client, JsonNode statement, CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.SendAsync(
                HttpMethod.Post, "xapi/statements", DoorClient.Json(statement), cancellation, ("X-Experience-API-Version", "2.0.0"));
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsStringAsync(cancellation) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
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
