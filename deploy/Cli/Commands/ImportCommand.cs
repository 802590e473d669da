using System.CommandLine;
using System.Text.Json.Nodes;
using Pathways.Cli.Pathway;

namespace Pathways.Cli.Commands;

/// <summary><c>import pathway FILE</c>, <c>import transfer-value FILE</c>: published documents, as they are.</summary>
internal static class ImportCommand
{
    private static readonly Argument<FileInfo> File = new("file") { Description = "The document, as it was published." };
    private static readonly Option<string> Awards = new("--awards") { Description = "Achievement (its IRI) that a completed stack is awarded." };
    private static readonly Option<bool> Strict = new("--strict") { Description = "Refuse what would only be warned about." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Read and check; store nothing." };

    public static Command Create() => new Command("import", "Take in documents that others published, and statements.").With(
        ImportStatementsCommand.Create(),
        new Command("pathway", "A CTDL pathway or pathway set (JSON-LD). Accepted with warnings, or refused with the reason and the place.")
            .With(File, Shared.Tenant, Awards, Strict, DryRun).RunsOffline(PathwayAsync),
        new Command("transfer-value", "A CTDL transfer value profile: a recommendation that becomes a draft clause of an agreement.")
            .With(File, Shared.Tenant).Runs(TransferValueAsync));

    private static async Task<int> PathwayAsync(ParseResult parse, Func<Door> door, Terminal terminal, CancellationToken cancellation)
    {
        var file = parse.GetValue(File)!;
        if (PathwayFiles.IsYaml(file)) throw new ProblemException(CompactForm(file));
        bool dryRun = parse.GetValue(DryRun);
        var query = $"?strict={parse.GetValue(Strict)}&dryRun={dryRun}"
            + (parse.GetValue(Awards) is { } awards ? $"&awards={Uri.EscapeDataString(awards)}" : "");
        var answer = await PathwayAsync(door(), parse.GetValue(Shared.Tenant)!, file.FullName, query, cancellation);
        terminal.Answer(answer, () =>
        {
            foreach (var pathway in answer["pathways"]!.AsArray())
            {
                var news = (bool)pathway!["isNew"]! ? (dryRun ? "would be published" : "published") : "unchanged";
                terminal.Line($"{pathway["name"]}: version {pathway["version"]} {news}, {pathway["components"]} components, id {pathway["pathwayId"]}");
                foreach (var finding in pathway["findings"]!.AsArray()) terminal.Line($"  look at {finding!["place"]}: {finding["message"]} {finding["remedy"]}");
            }

            foreach (var warning in answer["warnings"]!.AsArray()) terminal.Line($"  warning {warning!["code"]} at {warning["place"]}: {warning["message"]}");
            if (dryRun) terminal.Line("Nothing is stored: it was a dry run.");
        });
        return 0;
    }

    private static Problem CompactForm(FileInfo file) => new(
        "compact-form", 400, $"{file.Name} is the compact form; CTDL (JSON-LD) is imported", null,
        $"Make CTDL of it first: deploy/pathways pathway convert {file} --out {Path.ChangeExtension(file.ToString(), ".jsonld")}; then import that file.");

    internal static async Task<JsonObject> PathwayAsync(Door door, string tenant, string file, string query, CancellationToken cancellation)
    {
        var document = await NamedFiles.ReadAsync(file, cancellation);
        return (await door.PostBytesAsync(tenant, "pathway-stacking/pathways/import" + query, document, "application/ld+json", cancellation))!.AsObject();
    }

    private static async Task<int> TransferValueAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var document = await NamedFiles.ReadAsync(parse.GetValue(File)!.FullName, cancellation);
        var answer = await door.PostBytesAsync(
            parse.GetValue(Shared.Tenant)!, "transfer-recognition/import/transfer-value", document, "application/ld+json", cancellation);
        terminal.Answer(answer, () => terminal.Line(answer?.ToString() ?? ""));
        return 0;
    }
}
