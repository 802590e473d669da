using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LocalHost;

namespace Pathways.Cli.Commands;

/// <summary><c>status</c>: everything that tye.yaml lists, and how it is.</summary>
internal static class StatusCommand
{
    /// <summary>The nodes are watched by LocalHost; only the services tell their health themselves.</summary>
    private static readonly string[] Nodes = ["postgres", "rabbitmq", "epmd", "nginx", "door"];

    public static Command Create() => new Command("status", "Health of everything that runs; exit code 0 when all is well.").Runs(async (_, door, terminal, cancellation) =>
    {
        var rows = await Task.WhenAll(door.State.Processes.Select(process => RowAsync(door, process, cancellation)));
        bool ready = door.State.Phase == Phase.Ready;
        bool healthy = ready && rows.All(row => (string?)row["status"] == "Healthy");
        terminal.Answer(new JsonObject { ["healthy"] = healthy, ["door"] = door.Address.ToString(), ["processes"] = new JsonArray([.. rows]) }, () =>
        {
            terminal.Table(["what", "status", "port", "restarts", "why"], rows.Select(row => (string[])[$"{row["name"]}", $"{row["status"]}", $"{row["port"]}", $"{row["restarts"]}", $"{row["why"]}"]));
            terminal.Line(healthy ? $"All is well. The door is {door.Address}" : !ready ? $"Not everything runs: the system is {door.State.Phase.ToString().ToLowerInvariant()}." : "Something needs attention: see above, and the logs in the data directory.");
        });
        return healthy ? 0 : 1;
    });

    private static async Task<JsonObject> RowAsync(Door door, ProcessState process, CancellationToken cancellation)
    {
        var (status, why) = !process.IsAlive ? ("Down", "the process is not there")
            : Nodes.Contains(process.Name) || process.Port is not { } port ? ("Healthy", "")
            : await HealthAsync(door, port, cancellation);
        return new JsonObject { ["name"] = process.Name, ["status"] = status, ["port"] = process.Port, ["restarts"] = process.Restarts, ["why"] = why };
    }

    private static async Task<(string Status, string Why)> HealthAsync(Door door, int port, CancellationToken cancellation)
    {
        try
        {
            var health = await door.HealthAsync(port, cancellation);
            return ((string?)health?["status"] ?? "Unknown", string.Join("; ", (health?["reasons"]?.AsArray() ?? []).Select(reason => (string?)reason)));
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException)
        {
            return ("Unreachable", fault.Message);
        }
    }
}
