using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>status</c>: every service's health, through the door.</summary>
internal static class StatusCommand
{
    private static readonly string[] Services =
        ["access", "learning-record", "credential-issuance", "pathway-stacking", "transfer-recognition", "institution-feed"];

    public static Command Create() => new Command("status", "Health of every service; exit code 0 when all is well.").Runs(async (_, door, terminal, cancellation) =>
    {
        var rows = await Task.WhenAll(Services.Select(service => HealthAsync(door, service, cancellation)));
        bool healthy = rows.All(row => (string?)row["status"] == "Healthy");
        terminal.Answer(new JsonObject { ["healthy"] = healthy, ["door"] = door.Address.ToString(), ["services"] = new JsonArray([.. rows]) }, () =>
        {
            terminal.Table(["service", "status", "what"], rows.Select(row => (string[])[$"{row["service"]}", $"{row["status"]}", $"{row["detail"]}"]));
            terminal.Line(healthy ? $"All is well. The door is {door.Address}" : "Something needs attention: see above, and the logs in the data directory.");
        });
        return healthy ? 0 : 1;
    });

    private static async Task<JsonObject> HealthAsync(Door door, string service, CancellationToken cancellation)
    {
        try
        {
            var (_, body) = await door.ProbeAsync($"{service}/health", cancellation);
            var health = JsonNode.Parse(body)!;
            var troubles = (health["checks"]?.AsArray() ?? []).Where(check => (string?)check!["status"] != "Healthy").Select(check => $"{check!["name"]}: {check["description"]}");
            return new JsonObject { ["service"] = service, ["status"] = (string?)health["status"] ?? "Unknown", ["detail"] = string.Join("; ", troubles) };
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            return new JsonObject { ["service"] = service, ["status"] = "Unreachable", ["detail"] = fault.Message };
        }
    }
}
