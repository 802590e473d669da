using System.CommandLine;
using System.Diagnostics;
using Pathways.Cli.Statements;
using Pathways.LearningRecord.Domain.Csv;

namespace Pathways.Cli.Commands;

/// <summary><c>import statements FILE|-</c>: xAPI statements of any number into the learning record.</summary>
internal static class ImportStatementsCommand
{
    private static readonly Argument<string> Source = new("file") { Description = "Lines of JSON, a JSON array, or CSV with columns such as actor.mbox; - for standard input." };

    private static readonly Option<string?> Mapping = new("--mapping") { Description = "JSON file that says how rows of a CSV file become statements (see services/LearningRecord/Domain/Csv/README.md)." };

    private static readonly Option<string?> CheckpointFile = new("--checkpoint")
    {
        Description = "Where it keeps how far it came, to go on after an interruption. Default: beside the file.",
    };

    private static readonly Option<string?> Refused = new("--refused") { Description = "File to which statements that are refused are added, with the reason; without it the first one stops the import." };

    private static readonly Option<int> Batch = Values.Number("--batch", "Statements in a request, at most 1,000.", 200, highest: 1000);

    private static readonly Option<int> Parallel = Values.Number("--parallel", "Requests at a time, at most 32.", 4, highest: 32);

    public static Command Create() => new Command(
        "statements", "xAPI statements. Started again after an interruption it goes on, and stores nothing twice: what has no id gets one from its place and text.")
        .With(Source, Shared.Tenant, Mapping, CheckpointFile, Refused, Batch, Parallel).Runs(RunAsync);

    private static async Task<int> RunAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        string name = parse.GetValue(Source)!, tenant = parse.GetValue(Shared.Tenant)!;
        var file = name == "-" ? null : new FileInfo(NamedFiles.ToRead(name));
        string? checkpointFile = parse.GetValue(CheckpointFile) ?? (file is null ? null : Checkpoint.PathFor(file));
        try
        {
            byte[] rules = parse.GetValue(Mapping) is { } named ? await NamedFiles.ReadAsync(named, cancellation) : [];
            var mapping = rules.Length > 0 ? SourceException.Unless(CsvMapping.Parse(rules)) : null;
            var from = Checkpoint.Read(checkpointFile, tenant, file is null ? null : await Checkpoint.SourceOfAsync(file, rules, cancellation));
            if (from.Done > 0 && !terminal.IsJson) await Console.Error.WriteLineAsync($"Going on after {from.Done:N0} statements.");
            await using var source = file?.OpenRead() ?? Console.OpenStandardInput();
            await using var refused = parse.GetValue(Refused) is { } path ? new StreamWriter(NamedFiles.ToWrite(path), append: true) : null;
            var options = new ImportOptions(parse.GetValue(Batch), parse.GetValue(Parallel), checkpointFile, refused, mapping);
            using var import = new StatementImport(door, tenant, options, now => Tell(terminal, now, from, file));
            var end = await import.RunAsync(source, from, cancellation);
            if (checkpointFile is not null && parse.GetValue(CheckpointFile) is null) File.Delete(checkpointFile);
            Answer(terminal, end, from);
            return end.Refused > 0 ? 2 : 0;
        }
        catch (SourceException broken)
        {
            throw new ProblemException(new Problem("source-invalid", 400, "The source can't be read any further", broken.Message, "Correct it and start again: it goes on where it stopped."));
        }
    }

    private static void Tell(Terminal terminal, ImportProgress now, Checkpoint from, FileInfo? file)
    {
        if (terminal.IsJson) return;
        string share = file is { Length: > 0 } ? $", {100m * now.Read / file.Length:0} %" : "";
        Console.Error.WriteLine($"{now.Done:N0} statements{share}, {Rate(now, from):N0} a second{(now.Refused > 0 ? $", {now.Refused:N0} refused" : "")}");
    }

    private static void Answer(Terminal terminal, ImportProgress end, Checkpoint from)
    {
        long peak = Process.GetCurrentProcess().PeakWorkingSet64;
        var answer = new
        {
            stored = end.Done - end.Already - end.Refused, already = end.Already, refused = end.Refused, resumedAfter = from.Done,
            seconds = Math.Round(end.Elapsed.TotalSeconds, 1), perSecond = Math.Round(Rate(end, from)), peakMemoryBytes = peak,
        };
        terminal.Answer(answer, () => terminal.Line(
            $"{answer.stored:N0} statements stored{(end.Already > 0 ? $", {end.Already:N0} were there already" : "")}{(end.Refused > 0 ? $", {end.Refused:N0} refused" : "")}, {answer.perSecond:N0} a second."));
    }

    private static double Rate(ImportProgress now, Checkpoint from) => (now.Done - from.Done) / Math.Max(now.Elapsed.TotalSeconds, 0.001);
}
