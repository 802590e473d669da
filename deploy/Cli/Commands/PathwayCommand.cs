using System.CommandLine;
using System.Text;
using Pathways.Cli.Pathway;
using Pathways.PathwayStacking.Authoring;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.Cli.Commands;

/// <summary><c>pathway convert|check|diff</c>: pathways in files, without any service.</summary>
internal static class PathwayCommand
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "CTDL (JSON-LD) or the compact form (.yaml), which services/PathwayStacking/Authoring/README.md shows." };
    private static readonly Argument<FileInfo> Other = new("other") { Description = "The later version." };
    private static readonly Option<string> To = new("--to") { Description = "yaml or ctdl; the other one than the file is, when not given." };
    private static readonly Option<FileInfo> Out = new("--out") { Description = "File to write; standard output when not given." };

    public static Command Create() => new Command("pathway", "Pathways in files: convert, check, compare. Needs no running system.").With(
        new Command("convert", "From CTDL to the compact form and back. Says what could not be carried.").With(File, To, Out).RunsOnFiles(ConvertAsync),
        new Command("check", "What must hold before a version goes out: each fault with its place and what to do.").With(File).RunsOnFiles(CheckAsync),
        new Command("diff", "What is different between two versions, in words.").With(File, Other).RunsOnFiles(DiffAsync));

    private static async Task<int> ConvertAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var file = parse.GetValue(File)!;
        var content = await PathwayFiles.ReadAsync(file, cancellation);
        var target = parse.GetValue(To) ?? (PathwayFiles.IsYaml(file) ? "ctdl" : "yaml");
        if (target is not ("yaml" or "ctdl")) throw new ProblemException(new Problem("invalid-option", 400, $"'{target}' is no form", null, "Use --to yaml or --to ctdl.", "--to"));

        var export = target == "ctdl" ? PathwayFile.ToCtdl(content.Pathway, content.Settings) : null;
        var bytes = export is null ? Encoding.UTF8.GetBytes(PathwayFile.ToYaml(content.Pathway, content.Settings)) : CtdlExporter.ToBytes(export.Document);
        if (parse.GetValue(Out) is { } written) await NamedFiles.WriteAsync(written.FullName, bytes, cancellation);
        else await Console.Out.WriteAsync(Encoding.UTF8.GetString(bytes));
        foreach (var warning in content.Warnings) await Console.Error.WriteLineAsync($"read with a warning, {warning.Code} at {warning.Place}: {warning.Message}");
        foreach (var loss in export?.Losses ?? []) await Console.Error.WriteLineAsync($"not carried, {loss.Code} at {loss.Place}: {loss.Message}");
        return 0;
    }

    private static async Task<int> CheckAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var content = await PathwayFiles.ReadAsync(parse.GetValue(File)!, cancellation);
        var findings = PathwayChecks.Check(content.Pathway, content.Settings);
        var faults = findings.Count(finding => finding.Severity == FindingSeverity.Error);
        var hash = faults == 0 ? PathwayCompiler.VersionHash(content.Pathway, content.Settings) : null;
        terminal.Answer(new { pathway = content.Pathway.Id, versionHash = hash, warnings = content.Warnings, findings }, () =>
        {
            foreach (var warning in content.Warnings) terminal.Line($"warning {warning.Code} at {warning.Place}: {warning.Message}");
            foreach (var finding in findings.OrderByDescending(finding => finding.Severity))
            {
                terminal.Line($"{finding.Severity.ToString().ToLowerInvariant()} {finding.Code} at {finding.Place}: {finding.Message}");
                terminal.Line($"    {finding.Remedy}");
            }

            terminal.Line(faults > 0 ? $"{content.Pathway.Name} can't be published: {faults} errors." : $"{content.Pathway.Name} can be published; version hash {hash}.");
        });
        return faults > 0 ? 1 : 0;
    }

    private static async Task<int> DiffAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var before = await PathwayFiles.ReadAsync(parse.GetValue(File)!, cancellation);
        var after = await PathwayFiles.ReadAsync(parse.GetValue(Other)!, cancellation);
        var changes = PathwayDiff.Between(before.Pathway, before.Settings, after.Pathway, after.Settings);
        terminal.Answer(changes, () =>
        {
            if (changes.Count == 0) terminal.Line("Nothing is different.");
            foreach (var change in changes)
            {
                var sign = change.Kind switch { ChangeKind.Added => "+", ChangeKind.Removed => "-", _ => "~" };
                terminal.Line($"{sign} {change.Place}: {change.Text}");
            }
        });
        return 0;
    }
}
