using System.Text;
using System.Text.Json.Nodes;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using RabbitMQ.Client;

namespace Pathways.Faults;

/// <summary>
/// Messages that can't be handled, each in its own way: they stop their streams and nothing else, until an operator or a
/// build that knows them comes.
/// </summary>
internal static class Poison
{
    private const string Service = "credential-issuance";
    private const string Queue = "credential-issuance.from.learning-record";
    private const int Huge = 5_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly (string Kind, Func<byte[], byte[]>? Spoil)[] Kinds =
    [
        ("cut off in the middle", body => body[..(body.Length / 2)]),
        ("of an unknown type", body => Replace(body, "achievement-recorded.v1", "achievement-dreamt.v1")),
        ("of an unknown version", body => Replace(body, "achievement-recorded.v1", "achievement-recorded.v7")),
        ("5 MB of nothing", _ => [.. Enumerable.Repeat((byte)'{', Huge)]),
        ("what the handler stumbles over", null),
    ];

    public static Task<FaultReport> RunAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            using var college = await DoorClient.OfAsync(system.Running, WeldingStory.College, "statements/write learners issue", token);
            var victims = Kinds.Select(kind => new Victim(kind.Kind, Guid.CreateVersion7(), $"{run.NextName()}-poisoned", kind.Spoil)).ToList();
            await StumbleOverAsync(system, await LearnerIdAsync(college, victims[^1].Learner, token), token);

            await using (await Relay.PutInAsync(system.Nodes.BrokerUri, window: 1, messages => messages.Select(message => Spoil(message, victims)), token))
            {
                foreach (var victim in victims) await college.StatementsAsync(Load.Result(victim.Statement, victim.Learner), token);
                await StoppedAsync(system, victims, token);
            }

            await OthersGoOnAsync(college, $"{run.NextName()}-well", token);
            // A replica counts every few seconds.
            await Eventually.TrueAsync(
                async () => await Health.ReasonAsync(system.Running.Topology.Service(Service), 0, token) is { } reason && reason.Contains("parked", StringComparison.Ordinal),
                Patience, "health says that streams are parked", token);
            await SkipAsync(system, token);
            await MendAsync(system, token);
            await RetryAsync(system, token);
            foreach (var victim in victims) await AwardedOnceAsync(system, college, victim, token);
        },
        cancellation);

    private static RelayedMessage Spoil(RelayedMessage message, List<Victim> victims)
    {
        if (message.Queue != Queue) return message;
        string stream = RawBroker.Text(message.Properties.Headers![MessageHeaders.Stream]);
        return victims.Find(victim => victim.Stream == stream)?.Spoil is { } spoil ? message with { Body = spoil(message.Body) } : message;
    }

    /// <summary>A fault in the handler: whatever it appends for this learner is refused.</summary>
    private static Task StumbleOverAsync(FaultSystem system, string learnerId, CancellationToken cancellation) => system.Nodes.SqlAsync(
        system.Running.Topology.Service(Service).Database,
        $$"""
        create or replace function events.stumble() returns trigger language plpgsql as $stumble$ begin raise exception 'a fault in the handler'; end $stumble$;
        create trigger stumble before insert on events.mt_events for each row
          when (new.type = 'credential_issued' and new.data->>'LearnerId' = '{{learnerId}}') execute function events.stumble();
        """,
        cancellation);

    private static Task MendAsync(FaultSystem system, CancellationToken cancellation) => system.Nodes.SqlAsync(
        system.Running.Topology.Service(Service).Database, "drop trigger stumble on events.mt_events", cancellation);

    private static async Task StoppedAsync(FaultSystem system, List<Victim> victims, CancellationToken cancellation)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                var parked = await system.Nodes.SqlAsync(
                    system.Running.Topology.Service(Service).Database, "select coalesce(string_agg(stream, ' '), '') from events.parked where error is not null", cancellation);
                string[] stopped = ((string)parked!).Split(' ');
                return victims.TrueForAll(victim => stopped.Contains(victim.Stream));
            },
            Patience, "every poisoned stream is parked", cancellation);
        system.Faults += victims.Count;
    }

    private static async Task OthersGoOnAsync(DoorClient college, string learner, CancellationToken cancellation)
    {
        await college.StatementsAsync(Load.Result(Guid.CreateVersion7(), learner), cancellation);
        string learnerId = await LearnerIdAsync(college, learner, cancellation);
        await Eventually.TrueAsync(async () => await CredentialsAsync(college, learnerId, cancellation) == 1, Patience, "another learner's credential", cancellation);
    }

    /// <summary>What its source does not know either can only be given up, for a reason that is recorded.</summary>
    private static async Task SkipAsync(FaultSystem system, CancellationToken cancellation)
    {
        string stream = $"statement-{Guid.CreateVersion7()}";
        await using (var wire = await RawBroker.ConnectAsync(system.Nodes.BrokerUri))
        {
            await wire.SendAsync(Queue, "nobody can read this"u8.ToArray(), new BasicProperties
            {
                Headers = new Dictionary<string, object?>
                {
                    [MessageHeaders.Tenant] = WeldingStory.College, [MessageHeaders.Stream] = stream, [MessageHeaders.Version] = "1",
                },
            });
        }

        var parked = await Eventually.SeeAsync(
            async () => (await ParkedAsync(system, cancellation)).FirstOrDefault(item => (string)item["stream"]! == stream), Patience, $"{stream} is parked", cancellation);
        await Script.RunAsync("pathways", cancellation, "parked", "skip", Service, (string)parked["id"]!, "--reason", "Nobody ever said this.", "--data", system.Running.Data.Root);
        var recorded = await Eventually.SeeAsync(
            async () => (await system.Log.ReadOnAsync(cancellation)).FirstOrDefault(entry => entry.Type == "message_skipped" && (string?)entry.Data["Stream"] == stream),
            Patience, "what was skipped is recorded", cancellation);
        if ((string?)recorded.Data["Reason"] != "Nobody ever said this.") system.Seen.Add(new(ViolationKind.LeftOver, "the reason of the skip is not recorded"));
    }

    private static async Task RetryAsync(FaultSystem system, CancellationToken cancellation)
    {
        foreach (string id in (await ParkedAsync(system, cancellation)).Select(item => (string)item["id"]!))
            await Script.RunAsync("pathways", cancellation, "parked", "retry", Service, id, "--data", system.Running.Data.Root);
    }

    private static async Task AwardedOnceAsync(FaultSystem system, DoorClient college, Victim victim, CancellationToken cancellation)
    {
        string learnerId = await LearnerIdAsync(college, victim.Learner, cancellation);
        await Eventually.TrueAsync(async () => await CredentialsAsync(college, learnerId, cancellation) > 0, Patience, $"the effect of the message {victim.Kind}", cancellation);
        if (await CredentialsAsync(college, learnerId, cancellation) is > 1 and var times)
            system.Seen.Add(new(ViolationKind.Duplicated, $"the message {victim.Kind} had its effect {times} times"));
    }

    private static async Task<IReadOnlyList<JsonNode>> ParkedAsync(FaultSystem system, CancellationToken cancellation) =>
    [
        .. JsonNode.Parse(await Script.RunAsync("pathways", cancellation, "parked", "list", "--json", "--data", system.Running.Data.Root))!.AsArray()
            .Where(item => (string)item!["service"]! == Service).Select(item => item!),
    ];

    private static async Task<int> CredentialsAsync(DoorClient college, string learnerId, CancellationToken cancellation)
        => (await college.GetAsync($"credential-issuance/credentials?learnerId={learnerId}&limit=10", cancellation))["items"]!.AsArray().Count;

    private static async Task<string> LearnerIdAsync(DoorClient college, string name, CancellationToken cancellation) => (string)(await college.PostAsync(
        "learning-record/learners/lookup", new JsonObject { ["actor"] = WeldingStory.Actor(WeldingStory.College, name) }, cancellation))["learnerId"]!;

    private static byte[] Replace(byte[] body, string old, string @new) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace(old, @new, StringComparison.Ordinal));

    private sealed record Victim(string Kind, Guid Statement, string Learner, Func<byte[], byte[]>? Spoil)
    {
        public string Stream => $"statement-{Statement}";
    }
}
