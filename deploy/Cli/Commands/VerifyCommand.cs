using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Reading;

namespace Pathways.Cli.Commands;

/// <summary><c>audit verify</c>: recomputes every service's log from what is stored, and names the first bad position.</summary>
internal static class VerifyCommand
{
    private static readonly string[] Services =
        ["access", "learning-record", "credential-issuance", "pathway-stacking", "transfer-recognition", "institution-feed"];

    public static Command Create() => new Command("verify", "Recompute every service's log: each event, each hash, nothing missing. Names the first bad position.")
        .Runs(async (_, door, terminal, cancellation) =>
        {
            var verdicts = new List<Verdict>();
            foreach (var service in Services) verdicts.Add(await VerifyAsync(door, service, cancellation));
            terminal.Answer(verdicts, () => terminal.Table(
                ["service", "events", "verdict", "head"],
                verdicts.Select(v => (string[])[v.Service, v.Events.ToString(), v.Fault is null ? "untouched" : $"position {v.BadPosition}: {v.Fault}", v.Head])));
            return verdicts.TrueForAll(verdict => verdict.Fault is null) ? 0 : 1;
        });

    private static async Task<Verdict> VerifyAsync(Door door, string service, CancellationToken cancellation)
    {
        // The head is read first: what is sealed meanwhile lies behind it and is not judged.
        var head = (await door.GetAsync(Door.AllTenants, $"{service}/audit/head", cancellation))!;
        long last = (long)head["position"]!;
        var verifier = new LogVerifier();
        while (verifier.Fault is null && verifier.Position < last)
        {
            var page = await door.GetAsync(Door.AllTenants, $"{service}/audit/log?after={verifier.Position}&limit=200", cancellation);
            var entries = page!["items"]!.AsArray();
            if (entries.Count == 0) break;
            foreach (var entry in entries.TakeWhile(entry => (long)entry!["position"]! <= last)) verifier.Add(EntryOf(entry!));
        }

        var fault = verifier.Finish(new LogHead(last, Convert.FromHexString((string)head["hash"]!)));
        return new Verdict(service, verifier.Position, fault?.Message, fault?.Position, Convert.ToHexStringLower(verifier.Chain.Span));
    }

    private static LogEntry EntryOf(JsonNode node) => new(
        (long)node["position"]!, Convert.FromHexString((string)node["leaf"]!), Convert.FromHexString((string)node["hash"]!), node["event"]?.Deserialize<StoredEvent>(JsonSerializerOptions.Web));

    private sealed record Verdict(string Service, long Events, string? Fault, long? BadPosition, string Head);
}
