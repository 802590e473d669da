using System.CommandLine;
using System.Text.Json;
using Pathways.Cli.Audit;
using Pathways.EventStore.Integrity;
using Pathways.PathwayStacking.Domain;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.Cli.Commands;

/// <summary><c>audit replay</c>: decides every stacking decision of a log anew, and names those that do not come out the same.</summary>
internal static class ReplayCommand
{
    private static readonly Argument<FileInfo?> Exported = new("file")
    {
        Description = "An exported log (audit verify --export FILE); no service and no database is then needed.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => new Command("replay", "Decide every stacking decision anew from the log alone. Names what does not come out the same.").With(Exported).RunsOffline(ReplayAsync);

    private const string Deciding = "pathway-stacking";

    private static async Task<int> ReplayAsync(ParseResult parse, Func<Door> door, Terminal terminal, CancellationToken cancellation)
    {
        var logs = parse.GetValue(Exported) is { } file ? LogFile.ReadAsync(NamedFiles.ToRead(file.FullName), cancellation) : new RunningLogs(door()).ReadAsync(cancellation);
        var replay = new StackReplay();
        var faults = new List<ReplayFault>();
        bool found = false;
        await foreach (var log in logs.WithCancellation(cancellation))
        {
            if (log.Service != Deciding) continue;
            found = true;
            await foreach (var entry in log.Entries.WithCancellation(cancellation))
            {
                if (entry.Event is not { } stored || !StackingEvents.Types.TryGetValue(stored.Type, out var type)) continue;
                var data = JsonSerializer.Deserialize(stored.Data, type) ?? throw new FormatException($"The event at position {entry.Position} is null.");
                if (replay.Add(stored.Tenant, stored.Stream, data) is { } fault) faults.Add(new(entry.Position, stored.Tenant, stored.Stream, stored.Version, fault));
            }
        }

        // No decision that differs would pass for every decision having come out the same.
        if (!found) throw NamedFiles.WithoutLog($"The file holds no log of {Deciding}, which makes the decisions.");

        terminal.Answer(new { decisions = replay.Decisions, ofOtherEngines = replay.OfOtherEngines, unproven = replay.Unproven, faults }, () =>
        {
            terminal.Line($"{replay.Decisions} decisions replayed; {replay.OfOtherEngines} of them were made by another engine version, and only checked.");
            if (replay.Unproven > 0) terminal.Line($"{replay.Unproven} of those have no certificate that this version can check: only their inputs and their hash were.");
            foreach (var fault in faults) terminal.Line($"position {fault.Position}, {fault.Tenant} {fault.Stream} version {fault.Version}: {fault.Fault}");
            if (faults.Count == 0 && replay.Decisions > 0) terminal.Line("Each gives the same decision hash.");
        });
        return faults.Count == 0 ? 0 : 1;
    }

    private sealed record ReplayFault(long Position, string Tenant, string Stream, long Version, string Fault);
}
