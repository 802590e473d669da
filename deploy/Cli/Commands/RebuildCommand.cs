using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>rebuild SERVICE [PROJECTION]</c>: builds a read model again from the first event; readers see the old rows until it is done.</summary>
internal static class RebuildCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    // The process that is at it holds the progress. One that has begun anew knows of none, and another replica, which the door may
    // ask as well, of an earlier one at most.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Argument<string> Service = Values.Service("Whose read model it is, for example pathway-stacking.");

    private static readonly Argument<string?> Projection = new("projection")
    {
        Description = "With or without its version. Without it all are listed, with the last rebuild of each.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => new Command("rebuild", "Build a read model again from the first event, beside its live rows.").With(Service, Projection).Runs((parse, door, terminal, cancellation)
        => parse.GetValue(Projection) is { } projection
            ? RebuildAsync(parse.GetValue(Service)!, projection, door, terminal, cancellation)
            : ListAsync(parse.GetValue(Service)!, door, terminal, cancellation));

    private static async Task<int> ListAsync(string service, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var projections = await ReadAsync(service, door, cancellation);
        terminal.Answer(projections, () =>
        {
            if (projections.Count == 0) terminal.Line($"{service} has no read models.");
            else terminal.Table(["projection", "position", "behind", "rebuild"], projections.Select(projection => (string[])[
                $"{projection!["name"]}", $"{projection["position"]}", $"{projection["lag"]}", projection["rebuild"] is { } rebuild ? Told(rebuild) : ""]));
        });
        return 0;
    }

    private static async Task<int> RebuildAsync(string service, string projection, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var begun = await door.PostAsync(Door.AllTenants, $"{service}/projections/{Uri.EscapeDataString(projection)}/rebuild", body: null, cancellation);
        if ((string?)begun?["id"] is not { } id) throw new ProblemException(Unnamed(service, projection));
        var unseen = TimeSpan.Zero;
        for (string told = ""; unseen < Patience; await Task.Delay(Pause, cancellation))
        {
            var found = (await ReadAsync(service, door, cancellation)).FirstOrDefault(item => (string?)item!["rebuild"]?["id"] == id);
            if (found?["rebuild"] is not { } rebuild)
            {
                unseen += Pause;
                continue;
            }
            unseen = TimeSpan.Zero;
            if (Told(rebuild) is var now && now != told) terminal.GoesOn($"{found["name"]}: {told = now}");
            if (!(bool)rebuild["finished"]!) continue;
            if ((bool)rebuild["failed"]!) throw new ProblemException(GivenUp(service, projection));
            terminal.Answer(found, () => terminal.Line($"{found["name"]} is rebuilt from {rebuild["position"]} events."));
            return 0;
        }
        throw new ProblemException(LostSight(service, projection));
    }

    private static async Task<JsonArray> ReadAsync(string service, Door door, CancellationToken cancellation)
        => (await door.GetAsync(Door.AllTenants, $"{service}/projections", cancellation))!.AsArray();

    private static string Told(JsonNode rebuild)
        => (bool)rebuild["failed"]! ? "given up" : (bool)rebuild["finished"]! ? "finished" : $"{rebuild["position"]} of {rebuild["head"]} events";

    private static Problem GivenUp(string service, string projection) => new(
        "rebuild-failed", 500, "The rebuild was given up", $"The rows of {projection} are those of before, or, if the database went in the very last moment, all of them new: never a mixture.", $"The log of {service} says why. Mend that, and start it again.");

    private static Problem LostSight(string service, string projection) => new(
        "rebuild-unseen", 503, "Nothing is known of the rebuild any more",
        $"No process of {service} tells of this rebuild of {projection}: the one that was at it has been restarted, or was asked for another one since. Whether this one came to its end is not known.",
        "Look at deploy/pathways status, and start it again: that does no harm when it was finished.");

    private static Problem Unnamed(string service, string projection) => new(
        "rebuild-unnamed", 502, "The rebuild was begun, and can't be followed from here",
        $"{service} is older than this command: it does not say by which id it tells of the rebuild of {projection}.",
        $"Upgrade {service}. Until then deploy/pathways rebuild {service} lists how the last rebuild of each projection goes.");
}
