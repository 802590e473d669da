using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>source list</c>: whether each service's sources still have what it took from them.</summary>
internal static class SourceCommand
{
    public static Command Create() => new Command("source", "Services whose events others take.").With(
        new Command("list", "Whether each source still has what was taken from it; of a restored one, which streams lack what. Exit code 1 when one was restored.").Runs(async (_, door, terminal, cancellation) =>
        {
            var sources = await AllAsync(door, cancellation);
            bool restored = sources.Any(source => (string?)source!["state"] == "restored");
            terminal.Answer(sources, () =>
            {
                terminal.Table(["service", "source", "", "known up to", "reaches"], sources.Select(source => (string[])[
                    $"{source!["service"]}", $"{source["source"]}", $"{source["state"]}", $"{source["known"]}", $"{source["reaches"]}"]));
                foreach (var source in sources) ShowAhead(terminal, source!);
                if (restored) terminal.Line("What followed here from events that a source has lost remains. Put every service back to the same time, or leave it so.");
            });
            return restored ? 1 : 0;
        }));

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
