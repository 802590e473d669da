using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>source list|accept</c>: whether each service's sources still have what it took from them, and going on from one that was restored.</summary>
internal static class SourceCommand
{
    private static readonly Argument<string> Service = Values.Service("Who takes the events, as `source list` shows it.");
    private static readonly Option<string> Source = new("--source") { Description = "The restored service.", Required = true };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why it is right to go on from it; kept with the event. No personal data.", Required = true };
    private static readonly Option<bool> Confirm = new("--confirm") { Description = "Do it. Without it, it is only shown what would be done." };

    public static Command Create() => new Command("source", "Services whose events others take.").With(
        new Command("list", "Whether each source still has what was taken from it; of a restored one, which streams lack what. Exit code 1 when one was restored.").Runs(async (_, door, terminal, cancellation) =>
        {
            var sources = await AllAsync(door, cancellation);
            bool restored = sources.Any(source => (string?)source!["state"] == "restored");
            terminal.Answer(sources, () =>
            {
                terminal.Table(["service", "source", "state", "known up to", "reaches"], sources.Select(source => (string[])[
                    $"{source!["service"]}", $"{source["source"]}", $"{source["state"]}", $"{source["known"]}", $"{source["reaches"]}"]));
                foreach (var source in sources) ShowAhead(terminal, source!);
                if (restored) terminal.Line("What followed here from events that a source has lost remains. Put every service back to the same time, or go on with `source accept`, which shows first what differs.");
            });
            return restored ? 1 : 0;
        }),
        new Command("accept", "Go on from a source that was restored from a backup: shows what differs, and with --confirm takes what it has now. What followed from what it lost remains, and is recorded.")
            .With(Service, Source, Reason, Confirm).Runs(AcceptAsync));

    private static async Task<int> AcceptAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var (service, source) = (parse.GetValue(Service)!, parse.GetValue(Source)!);
        var request = new JsonObject { ["reason"] = parse.GetValue(Reason), ["confirm"] = parse.GetValue(Confirm) };
        var answer = (await door.PostAsync(Door.AllTenants, $"{service}/sources/{source}/accept", request, cancellation))!;
        terminal.Answer(answer, () => Tell(terminal, service, source, answer));
        return 0;
    }

    private static void Tell(Terminal terminal, string service, string source, JsonNode answer)
    {
        var (rewound, remaining) = (answer["rewound"]!.AsArray(), answer["remaining"]!.AsArray());
        terminal.Line($"{service} knew the log of {source} up to {answer["known"]}; it is the same up to {answer["common"]} at least, and reaches {answer["reaches"]} now.");
        if (rewound.Count > 0)
        {
            terminal.Line("Streams that are taken anew after the last event that both have:");
            terminal.Table(["tenant", "stream", "taken up to", "both have", "there up to"], rewound.Select(stream => (string[])[
                $"{stream!["tenant"]}", $"{stream["stream"]}", $"{stream["taken"]}", $"{stream["kept"]}", $"{stream["there"]}"]));
        }
        if (remaining.Count > 0)
        {
            terminal.Line($"Events of {service} that followed from events that {source} has lost. They remain; what they say is for people to judge:");
            terminal.Table(["tenant", "stream", "version", "event", "lost event"], remaining.Select(effect => (string[])[
                $"{effect!["tenant"]}", $"{effect["stream"]}", $"{effect["version"]}", $"{effect["type"]}", $"{effect["cause"]}"]));
        }
        terminal.Line((bool)answer["done"]! ? "Accepted and recorded. It goes on within ten seconds." : "Nothing is changed yet: repeat it with --confirm.");
    }

    private static async Task<JsonArray> AllAsync(Door door, CancellationToken cancellation)
    {
        var sources = new JsonArray();
        foreach (var service in SystemServices.WithBroker)
        {
            // Not every service consumes.
            foreach (var item in (await door.FindAsync(Door.AllTenants, $"{service}/sources", cancellation))?.AsArray() ?? [])
            {
                var copy = item!.DeepClone().AsObject();
                copy.Insert(0, "service", service);
                sources.Add((JsonNode)copy);
            }
        }
        return sources;
    }

    private static void ShowAhead(Terminal terminal, JsonNode source)
    {
        var ahead = source["ahead"]!.AsArray();
        if (ahead.Count == 0) return;
        terminal.Line($"{source["service"]} has taken from {source["source"]} what that does not have any more{((bool)source["more"]! ? ", among others" : "")}:");
        terminal.Table(["tenant", "stream", "taken up to", "there up to"], ahead.Select(stream => (string[])[
            $"{stream!["tenant"]}", $"{stream["stream"]}", $"{stream["taken"]}", $"{stream["there"]}"]));
    }
}
