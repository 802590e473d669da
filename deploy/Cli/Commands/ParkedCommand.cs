using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>parked list|retry|skip</c>: streams that a consumer could not handle, waiting for a person.</summary>
internal static class ParkedCommand
{
    private static readonly Argument<string> Service = Values.Service("Who could not handle it, as `parked list` shows it.");
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
                foreach (var message in parked) Show(terminal, message!);
            });
            return 0;
        }),
        new Command("retry", "Handle a parked stream again, in order.").With(Service, Id).Runs((parse, door, terminal, cancellation)
            => ActAsync(parse, door, terminal, "retry", new JsonObject(), cancellation)),
        new Command("skip", "Leave the failing message out and go on; the reason is recorded.").With(Service, Id, Reason).Runs((parse, door, terminal, cancellation)
            => ActAsync(parse, door, terminal, "skip", new JsonObject { ["reason"] = parse.GetValue(Reason) }, cancellation)));

    private static async Task<int> ActAsync(ParseResult parse, Door door, Terminal terminal, string act, JsonObject body, CancellationToken cancellation)
    {
        var (service, id) = (parse.GetValue(Service)!, parse.GetValue(Id)!);
        var answer = (await door.PostAsync(Door.AllTenants, $"{service}/parked/{Uri.EscapeDataString(id)}/{act}", body, cancellation))!;
        terminal.Answer(answer, () =>
        {
            terminal.Line(act == "skip" ? "The message is left out." : $"Handled: {answer["resolved"]}.");
            terminal.Line((bool)answer["parked"]! ? $"What came after it waits still: deploy/pathways parked retry {service} {id}" : "The stream goes on.");
        });
        return 0;
    }

    /// <summary>In lines and not in a table: there the id would be broken, and could not be copied.</summary>
    private static void Show(Terminal terminal, JsonNode message)
    {
        terminal.Line($"{message["service"]}: {message["stream"]} of {message["source"]} for {message["tenant"]} is stopped at version {message["version"]} ({message["type"] ?? "of no known type"}) since {(DateTimeOffset?)message["parkedAt"]:u}.");
        terminal.Line($"  {message["error"] ?? "It waited behind another, and was not tried yet."}");
        terminal.Line($"  deploy/pathways parked retry {message["service"]} {message["id"]}");
    }
}
