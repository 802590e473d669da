using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Kernel;

namespace Pathways.Cli.Commands;

/// <summary><c>client create|list|rotate|revoke</c>: keys with which an institution's systems get tokens.</summary>
internal static class ClientCommand
{
    private static readonly Option<string[]> Scope = new("--scope")
    {
        Description = "A scope that the client may ask for; repeatable. For example statements/write.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> Authority = new("--authority")
    {
        Description = "The agent that signs its xAPI statements, as JSON: {\"name\":…,\"mbox\":\"mailto:…\"}. Without it, an account of the client's own.",
    };

    private static readonly Option<bool> Isolated = new("--isolated") { Description = "Through xAPI it sees only what it stored itself." };

    private static readonly Argument<string> ClientId = new("client-id") { Description = "As `client list` shows it." };

    /// <summary>The id says which client; with the institution another one's can't be meant.</summary>
    private static readonly Option<string?> OfTenant = new("--tenant") { Description = "Only when it is this institution's." };

    public static Command Create() => new Command("client", "Keys of an institution's systems.").With(
        new Command("create", "Create a client; its secret is shown this once.").With(Shared.Tenant, Scope, Authority, Isolated).Runs(async (parse, door, terminal, cancellation) =>
        {
            var tenant = parse.GetValue(Shared.Tenant)!;
            var scopes = new JsonArray([.. parse.GetValue(Scope)!.SelectMany(scope => scope.Split(' ', ',')).Select(scope => JsonValue.Create(scope))]);
            var request = new JsonObject { ["tenant"] = tenant, ["scopes"] = scopes, ["isolated"] = parse.GetValue(Isolated) };
            if (parse.GetValue(Authority) is { } authority) request["authority"] = AgentOf(authority);
            Show(terminal, await door.PostAsync(Door.AllTenants, "access/clients", request, cancellation));
            return 0;
        }),
        new Command("list", "List the clients, without their secrets.").With(Shared.OneTenant).Runs(ListAsync),
        new Command("rotate", "Give a client a new secret; the old one ends at once.").With(ClientId, OfTenant).Runs(async (parse, door, terminal, cancellation) =>
        {
            Show(terminal, await door.PostAsync(Door.AllTenants, $"{await PathAsync(parse, door, cancellation)}/rotate", body: null, cancellation));
            return 0;
        }),
        new Command("revoke", "End a client: it gets no more tokens.").With(ClientId, OfTenant).Runs(async (parse, door, terminal, cancellation) =>
        {
            var answer = await door.PostAsync(Door.AllTenants, $"{await PathAsync(parse, door, cancellation)}/revoke", body: null, cancellation);
            terminal.Answer(answer, () => terminal.Line("Revoked."));
            return 0;
        }));

    private static async Task<string> PathAsync(ParseResult parse, Door door, CancellationToken cancellation)
    {
        string clientId = parse.GetValue(ClientId)!, path = $"access/clients/{Uri.EscapeDataString(clientId)}";
        if (parse.GetValue(OfTenant) is { } tenant && (string?)(await door.GetAsync(Door.AllTenants, path, cancellation))!["tenant"] != tenant)
        {
            throw new ProblemException(new Problem(
                "client-not-found", 404, "There is no such client", $"{tenant} has none with the id {clientId}.", $"`client list --tenant {tenant}` tells which there are."));
        }
        return path;
    }

    private static async Task<int> ListAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        string tenant = parse.GetValue(Shared.OneTenant) is { } one ? $"&tenant={Uri.EscapeDataString(one)}" : "";
        var clients = await door.AllAsync(Door.AllTenants, $"access/clients?limit=200{tenant}", cancellation);
        terminal.Answer(clients, () =>
        {
            if (clients.Count == 0) terminal.Line("There are none.");
            else terminal.Table(["tenant", "client id", "scopes", "state"], clients.Select(client => (string[])[
                $"{client["tenant"]}", $"{client["clientId"]}", string.Join(' ', client["scopes"]!.AsArray()), (bool)client["revoked"]! ? "revoked" : "active"]));
        });
        return 0;
    }

    private static JsonNode? AgentOf(string authority)
    {
        try
        {
            return JsonNode.Parse(authority);
        }
        catch (JsonException malformed)
        {
            var fault = JsonFault.Of(malformed, Encoding.UTF8.GetBytes(authority));
            throw new ProblemException(new Problem("authority-invalid", 400, "The authority is not JSON", $"At {fault.Place}: {fault.Reason}.", fault.Remedy, "--authority"));
        }
    }

    private static void Show(Terminal terminal, JsonNode? client) => terminal.Answer(client, () =>
    {
        terminal.Line($"Client id  {client?["clientId"]}");
        terminal.Line($"Secret     {client?["clientSecret"]}");
        terminal.Line("Keep the secret now: it is stored only as a hash and cannot be shown again.");
    });
}
