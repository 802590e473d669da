using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>audit disclosures WHO</c>: who has read a learner's record, why and when, in all services.</summary>
internal static class DisclosuresCommand
{
    public static Command Create() => new Command("disclosures", "Every read of a learner's record in an institution (--tenant): who, why, when.").With(Learner.Who, Shared.Tenant).Runs(ListAsync);

    private static async Task<int> ListAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        string tenant = parse.GetValue(Shared.Tenant)!;
        string learnerId = await Learner.IdAsync(door, tenant, parse.GetValue(Learner.Who)!, cancellation);
        var found = new List<JsonObject>();
        foreach (var service in SystemServices.WithLog)
        {
            foreach (var disclosure in await door.AllAsync(tenant, $"{service}/learners/{learnerId}/disclosures?limit=200", cancellation))
            {
                disclosure["service"] = service;
                found.Add(disclosure);
            }
        }

        found.Sort((a, b) => ((DateTimeOffset)a["at"]!).CompareTo((DateTimeOffset)b["at"]!));
        terminal.Answer(found, () =>
        {
            if (found.Count == 0) terminal.Line("Nobody has read it.");
            else terminal.Table(["when", "who", "why", "service", "route"], found.Select(d => (string[])[
                $"{(DateTimeOffset)d["at"]!:yyyy-MM-dd HH:mm:ss}", $"{d["actor"]} ({d["clientId"]})", (bool)d["purposeStated"]! ? $"{d["purpose"]}" : $"{d["purpose"]} (not stated)",
                $"{d["service"]}", $"{d["route"]}"]));
        });
        return 0;
    }
}
