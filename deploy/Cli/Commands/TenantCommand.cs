using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>tenant add|list</c>: the institutions of this installation.</summary>
internal static class TenantCommand
{
    private static readonly Argument<string> Name = new("name") { Description = "A slug: lower case letters, digits and '-'." };

    public static Command Create() => new Command("tenant", "The institutions that there are.").With(
        new Command("add", "Add an institution. Adding it again changes nothing.").With(Name).Runs(async (parse, door, terminal, cancellation) =>
        {
            var name = parse.GetValue(Name)!;
            var answer = await AddAsync(door, name, cancellation);
            terminal.Answer(answer, () => terminal.Line((bool)answer!["added"]!
                ? $"{name} is an institution of this installation from now on."
                : $"{name} is an institution of this installation already; nothing has changed."));
            return 0;
        }),
        new Command("list", "List the institutions.").Runs(async (_, door, terminal, cancellation) =>
        {
            var answer = (await door.GetAsync(Door.AllTenants, "access/tenants", cancellation))!;
            terminal.Answer(answer, () =>
            {
                foreach (var tenant in answer["tenants"]!.AsArray()) terminal.Line((string)tenant!);
            });
            return 0;
        }));

    internal static Task<JsonNode?> AddAsync(Door door, string tenant, CancellationToken cancellation)
        => door.PostAsync(Door.AllTenants, "access/tenants", new JsonObject { ["tenant"] = tenant }, cancellation);
}
