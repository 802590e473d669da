using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>feed user create|rotate|revoke|list</c>: broker users with which an institution consumes its own queues.</summary>
internal static class FeedCommand
{
    private const string Path = "access/feed-users";

    private static readonly Option<string> Name = new("--name")
    {
        Description = "Lower-case letters, digits and hyphens, when the institution needs more than one. Without it, its first.",
        DefaultValueFactory = _ => "",
    };

    private static readonly Option<string?> Reason = new("--reason") { Description = "Why; kept with the event." };

    public static Command Create() => new Command("feed", "What institutions consume events with.").With(
        new Command("user", "Broker users: each may read its institution's own queues and nothing else.").With(
            new Command("create", "Make a broker user; its secret is shown this once.").With(Shared.Tenant, Name).Runs(async (parse, door, terminal, cancellation) =>
            {
                var request = new JsonObject { ["tenant"] = parse.GetValue(Shared.Tenant), ["name"] = parse.GetValue(Name) };
                return Show(terminal, await door.PostAsync(Door.AllTenants, Path, request, cancellation));
            }),
            new Command("rotate", "Give a broker user a new secret; the old one ends at once, and what is connected with it.").With(Shared.Tenant, Name).Runs(async (parse, door, terminal, cancellation)
                => Show(terminal, await door.PostAsync(Door.AllTenants, $"{Path}/{await UserAsync(parse, door, cancellation)}/rotate", body: null, cancellation))),
            new Command("revoke", "End a broker user at once, and what is connected with it.").With(Shared.Tenant, Name, Reason).Runs(async (parse, door, terminal, cancellation) =>
            {
                var request = new JsonObject { ["reason"] = parse.GetValue(Reason) };
                var answer = (await door.PostAsync(Door.AllTenants, $"{Path}/{await UserAsync(parse, door, cancellation)}/revoke", request, cancellation))!;
                terminal.Answer(answer, () => terminal.Line($"{answer["user"]} is revoked."));
                return WhetherDone(terminal, answer);
            }),
            new Command("list", "List the broker users, and whether the broker has them so.").With(Shared.OneTenant).Runs(async (parse, door, terminal, cancellation) =>
            {
                string query = parse.GetValue(Shared.OneTenant) is { } tenant ? $"?tenant={Uri.EscapeDataString(tenant)}" : "";
                var users = (await door.GetAsync(Door.AllTenants, Path + query, cancellation))!.AsArray();
                terminal.Answer(users, () =>
                {
                    if (users.Count == 0) terminal.Line("There are none.");
                    else terminal.Table(["tenant", "name", "user", "state", "at the broker"], users.Select(user => (string[])[
                        $"{user!["tenant"]}", $"{user["name"]}", $"{user["user"]}", (bool)user["revoked"]! ? "revoked" : "active", AtBroker(user)]));
                });
                return 0;
            })));

    /// <summary>As it is called at the broker: an operator knows it by institution and name.</summary>
    private static async Task<string> UserAsync(ParseResult parse, Door door, CancellationToken cancellation)
    {
        var (tenant, name) = (parse.GetValue(Shared.Tenant)!, parse.GetValue(Name)!);
        var users = (await door.GetAsync(Door.AllTenants, $"{Path}?tenant={Uri.EscapeDataString(tenant)}", cancellation))!.AsArray();
        return (string?)users.FirstOrDefault(user => (string?)user!["name"] == name)?["user"] ?? throw new ProblemException(new Problem(
            "feed-user-not-found", 404, "There is no such feed user", $"{tenant} has none {(name.Length == 0 ? "without a name" : $"with the name '{name}'")}.",
            $"`feed user list --tenant {tenant}` tells which there are."));
    }

    private static int Show(Terminal terminal, JsonNode? user)
    {
        terminal.Answer(user, () =>
        {
            terminal.Line($"User    {user!["user"]}");
            terminal.Line($"Secret  {user["secret"]}");
            terminal.Line($"It may read the queues of {user["tenant"]}; GET /feed/queues tells the institution where the broker is, and how the queues are called.");
            terminal.Line("Keep the secret now: it is stored only as a hash and cannot be shown again.");
        });
        return WhetherDone(terminal, user!);
    }

    private static int WhetherDone(Terminal terminal, JsonNode user)
    {
        if ((bool)user["atBroker"]!) return 0;
        if (!terminal.IsJson) terminal.Line("The broker can't be reached now: this counts there as soon as it can. `feed user list` tells.");
        return 1;
    }

    private static string AtBroker(JsonNode user) => ((bool?)user["atBroker"], (bool)user["revoked"]!) switch
    {
        (true, false) => "yes",
        (false, false) => "not yet",
        (true, true) => "ended",
        (false, true) => "not ended yet",
        _ => "can't be asked",
    };
}
