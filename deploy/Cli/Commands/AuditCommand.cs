using System.CommandLine;
using System.Text.Json.Nodes;
using Pathways.Cli.Audit;
using Spectre.Console;

namespace Pathways.Cli.Commands;

/// <summary><c>audit stack ID</c>: the chain behind a stack, a credential or a recognition. <c>audit verify</c>: the logs themselves.</summary>
internal static class AuditCommand
{
    private static readonly Argument<string> Id = new("id") { Description = "Id of a stack, of a credential (or its address), or of a recognition." };

    public static Command Create() => new Command("audit", "Who did what, when, by which rule, caused by what; and whether the logs are untouched.").With(
        new Command("stack", "The whole chain behind a stacked credential or a recognised credit. Exit code 0 when everything holds.").With(Id).Runs(StackAsync),
        VerifyCommand.Create(),
        ReplayCommand.Create(),
        HeadsCommand.Create(),
        DisclosuresCommand.Create());

    private static async Task<int> StackAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var id = parse.GetValue(Id)!;
        var trail = new AuditTrail(door);
        bool found = false;
        foreach (var candidate in StreamReference.Candidates(id))
        {
            if (found = await trail.FollowAsync(candidate, tenant: null, cancellation)) break;
        }

        if (!found)
        {
            throw new ProblemException(new Problem(
                "not-found", 404, $"Nothing is known under '{id}'", null, "Give the id of a stack, a credential or a recognition, as the API or `feed` shows it."));
        }

        terminal.Answer(new { id, complete = trail.Missing.Count == 0, verdict = Verdict(trail), missing = trail.Missing, events = trail.Events }, () => Print(terminal, id, trail));
        return trail.Missing.Count == 0 ? 0 : 1;
    }

    private static void Print(Terminal terminal, string id, AuditTrail trail)
    {
        terminal.Line($"The chain behind {id}: {trail.Events.Count} events");
        terminal.Line("");
        foreach (var recorded in trail.Events)
        {
            AnsiConsole.MarkupLineInterpolated($"{recorded.RecordedAt:yyyy-MM-dd HH:mm:ss.fff}  [bold]{recorded.Type}[/]  {recorded.Service}, {recorded.Tenant}");
            terminal.Line($"    {recorded.Stream} version {recorded.Version}, by {recorded.Actor}{Rule(recorded)}");
            if (recorded.Cause is { } cause) terminal.Line($"    because of {cause.Source} event {cause.EventId}");
            terminal.Line($"    event {recorded.Id}, log position {recorded.Position?.ToString() ?? "not sealed yet"}, hash {recorded.Hash ?? "-"}");
        }

        terminal.Line("");
        terminal.Line(Verdict(trail));
        foreach (var missing in trail.Missing.Skip(1)) terminal.Line($"  missing too: {missing}");
    }

    private static string Verdict(AuditTrail trail)
    {
        if (trail.Missing.Count > 0) return $"DOES NOT HOLD: the chain is not complete, missing {trail.Missing[0]}.";
        var open = trail.Events.Count(recorded => recorded.Position is null);
        return open == 0
            ? "Everything holds: each cause and each thing that these events name is there, and all are in the logs (audit verify recomputes those)."
            : $"Everything holds, and {open} of these events are not sealed yet: ask again in a moment.";
    }

    /// <summary>Every version that the event names: of the rule, the pathway, the agreement, the engine.</summary>
    private static string Rule(AuditedEvent recorded)
    {
        var rules = recorded.Data.Concat(recorded.Data.Select(member => member.Value).OfType<JsonObject>().SelectMany(inner => inner))
            .Where(member => member.Value is JsonValue && (member.Key.EndsWith("Version", StringComparison.Ordinal) || member.Key is "ClauseId"))
            .Select(member => $"{member.Key} {member.Value}");
        var text = string.Join(", ", rules);
        return text.Length == 0 ? "" : $", under {text}";
    }
}
