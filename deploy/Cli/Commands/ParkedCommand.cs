using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>parked list|retry|skip</c>: streams that a consumer could not handle, waiting for a person.</summary>
internal static class ParkedCommand
{
    private static readonly Argument<string> Service = new("service");
    private static readonly Argument<string> Id = new("id") { Description = "As `parked list` shows it." };
    private static readonly Option<string> Reason = new("--reason") { Description = "Why it is right to leave this message out.", Required = true };

    public static Command Create() => new Command("parked", "Streams that wait for a person.").With(
        new Command("list", "What is parked, where and why.").Runs(async (_, door, terminal, cancellation) =>
        {
            var parked = new JsonArray();
            foreach (var service in SystemServices.WithBroker)
            {
                // Not every service consumes.
                foreach (var item in (await door.FindAsync(Door.AllTenants, $"{service}/parked", cancellation))?.AsArray() ?? [])
                {
                    var copy = item!.DeepClone().AsObject();
                    copy["service"] = service;
                    parked.Add(copy);
                }
            }

            terminal.Answer(parked, () =>
            {
                if (parked.Count == 0) terminal.Line("Nothing is parked.");
                else terminal.Table(["service", "id", "stream", "error"], parked.Select(p => (string[])[$"{p!["service"]}", $"{p["id"]}", $"{p["stream"]}", $"{p["error"]}"]));
            });
            return 0;
        }),
        new Command("retry", "Handle a parked stream again, in order.").With(Service, Id).Runs((parse, door, terminal, cancellation)
            => ActAsync(door, terminal, $"{parse.GetValue(Service)}/parked/{parse.GetValue(Id)}/retry", new JsonObject(), cancellation)),
        new Command("skip", "Leave the failing message out and go on; the reason is recorded.").With(Service, Id, Reason).Runs((parse, door, terminal, cancellation)
            => ActAsync(door, terminal, $"{parse.GetValue(Service)}/parked/{parse.GetValue(Id)}/skip", new JsonObject { ["reason"] = parse.GetValue(Reason) }, cancellation)));

    private static async Task<int> ActAsync(Door door, Terminal terminal, string path, JsonObject body, CancellationToken cancellation)
    {
        var answer = await door.PostAsync(Door.AllTenants, path, body, cancellation);
        terminal.Answer(answer, () => terminal.Line("Done."));
        return 0;
    }
}
