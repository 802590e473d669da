using System.CommandLine;
using Pathways.Cli.Audit;
using Pathways.EventStore.Integrity;

namespace Pathways.Cli.Commands;

/// <summary>
/// <c>audit verify</c>: recomputes every service's log, from the running system or from a file, compares it with heads that
/// were kept elsewhere, and names the first bad position.
/// </summary>
internal static class VerifyCommand
{
    private static readonly Argument<FileInfo?> Exported = new("file")
    {
        Description = "An exported log to verify; no service and no database is then needed.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<FileInfo> Export = new("--export") { Description = "Write the logs of the running system to this file first, and verify the file." };

    private static readonly Option<string> Against = new("--against")
    {
        Description = "Heads that you keep (a file or a folder, see `audit heads keep`): what was rewritten or cut off since is found by them.",
    };

    public static Command Create()
    {
        var verify = new Command("verify", "Recompute every service's log: each event, each hash, nothing missing. Names the first bad position.")
            .With(Exported, Export, Against).RunsOffline(VerifyAsync);
        verify.Validators.Add(given =>
        {
            if (given.GetValue(Exported) is not null && given.GetValue(Export) is not null)
                given.AddError("<file> and --export can't be given together: a file is verified as it is, --export writes and verifies the logs of the running system.");
        });
        return verify;
    }

    private static async Task<int> VerifyAsync(ParseResult parse, Func<Door> door, Terminal terminal, CancellationToken cancellation)
    {
        var kept = parse.GetValue(Against) is { } path ? HeadsIn(path) : null;
        var file = parse.GetValue(Exported);
        if (parse.GetValue(Export) is { } export)
        {
            await ExportAsync(NamedFiles.ToCreate(export.FullName), door(), cancellation);
            file = export;
        }

        var logs = file is null ? new RunningLogs(door()).ReadAsync(cancellation) : LogFile.ReadAsync(NamedFiles.ToRead(file.FullName), cancellation);
        var verdicts = await VerifyAsync(logs, kept, cancellation);
        int faults = verdicts.Count(verdict => verdict.Fault is not null);
        terminal.Answer(verdicts, () =>
        {
            terminal.Table(
                ["service", "events", "verdict", "signed heads", "kept heads", "head"],
                verdicts.Select(v => (string[])[v.Service, $"{v.Events}", Words(v.Fault), $"{v.SignedHeads}", kept is null ? "-" : $"{v.KeptHeads}", v.Head]));
            terminal.Line(faults == 0 ? $"All {verdicts.Count} logs are untouched." : $"{faults} of {verdicts.Count} logs are not as they were.");
        });
        return faults == 0 ? 0 : 1;
    }

    private static async Task ExportAsync(string path, Door door, CancellationToken cancellation)
    {
        // What an interruption leaves behind must neither pass for an export nor stand in the way of the next one.
        string part = path + ".part";
        await LogFile.WriteAsync(part, new RunningLogs(door).ReadAsync(cancellation), cancellation);
        File.Move(part, path);
    }

    /// <summary>None to compare with would pass for nothing having changed.</summary>
    private static KeptHeads HeadsIn(string path)
    {
        var kept = KeptHeads.Read(path);
        return kept.Logs.Any() ? kept : throw new ProblemException(new Problem(
            "no-kept-heads", 400, "There are no heads to compare with", $"{path} holds none.", "Name the file or folder in which `audit heads keep` has kept them."));
    }

    private static async Task<List<LogVerdict>> VerifyAsync(IAsyncEnumerable<ServiceLog> logs, KeptHeads? kept, CancellationToken cancellation)
    {
        var verdicts = new List<LogVerdict>();
        var missing = kept?.Logs.ToDictionary(log => log.Key.Name) ?? [];
        await foreach (var log in logs.WithCancellation(cancellation))
        {
            missing.Remove(log.Key?.Name ?? "", out var of);
            verdicts.Add(await log.VerifyAsync(of, cancellation));
        }

        if (verdicts.Count == 0) throw NamedFiles.WithoutLog("The file is empty.");

        // An export is of all services: one that was left out would otherwise pass for one that nothing is wrong with.
        var absent = SystemServices.WithLog.Except(verdicts.Select(verdict => verdict.Service)).Where(service => !missing.Keys.Any(origin => origin.EndsWith($"/{service}", StringComparison.Ordinal))).ToList();
        verdicts.AddRange(absent.Select(service => new LogVerdict(service, 0, "", 0, 0, new LogFault(0, LogFaultKind.LogMissing, "The system has such a log, and it is not here."))));

        // A log that was started anew under another name would otherwise pass for one that nobody has kept heads of.
        verdicts.AddRange(missing.Values.Select(log => new LogVerdict(log.Key.Name, 0, "", 0, log.Notes.Count, new LogFault(
            0, LogFaultKind.LogMissing, "Heads of it are kept, and there is no such log."))));
        return verdicts;
    }

    private static string Words(LogFault? fault)
        => fault is null ? "untouched" : fault.Position == 0 ? $"{fault.Kind}: {fault.Message}" : $"position {fault.Position}: {fault.Message}";
}
