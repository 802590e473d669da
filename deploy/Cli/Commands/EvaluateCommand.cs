using System.CommandLine;
using System.Text;
using Pathways.Cli.Pathway;
using Pathways.PathwayStacking.Authoring;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Planning;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Cli.Commands;

/// <summary><c>evaluate</c>: the engine on files, without any service.</summary>
internal static class EvaluateCommand
{
    private static readonly Option<FileInfo> Pathway = new("--pathway") { Description = "CTDL (JSON-LD) or the compact form (.yaml).", Required = true };
    private static readonly Option<FileInfo[]> Evidence = new("--evidence") { Description = "What the learner holds: a list (YAML or JSON), Open Badges, or JSON-LD of learners and courses. May be given several times.", Required = true };
    private static readonly Option<string> Learner = new("--learner") { Description = "Whose evidence, when the files tell of several learners." };
    private static readonly Option<string[]> Supposing = new("--what-if") { Description = "have NAME, have NAME=CREDITS, without ID, waive COMPONENT, use ID for COMPONENT, forbid ID for COMPONENT, pathway FILE. May be given several times." };
    private static readonly Option<Audience> For = Values.OneOf("--for", "Explain it to the Learner, the Registrar or the Auditor.", Audience.Learner);
    private static readonly Option<FileInfo> Svg = new("--svg") { Description = "Draw the pathway with its progress into this file." };

    public static Command Create() => new Command("evaluate", "Judge a pathway by evidence, both from files: what is met by what, what is missing and why.")
        .With(Pathway, Evidence, Learner, Supposing, For, Svg).RunsOnFiles(RunAsync);

    private static async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var version = await CompiledAsync(parse.GetValue(Pathway)!, cancellation);
        var held = await PathwayFiles.ReadEvidenceAsync(parse.GetValue(Evidence)!, parse.GetValue(Learner), cancellation);
        var instant = held.At ?? TimeProvider.System.GetUtcNow();
        var pathway = version.With(held.Interventions.Where(granted => !(granted.ExpiresAt <= instant)));
        var evidence = Accepted(held.Evidence, instant);
        var reference = new StackReference("file", held.Learner, version.Pathway.Id, 0);
        var decision = Assessment.Of(reference, pathway, evidence, instant).Evaluated;
        var tree = StackNode.Of(pathway, evidence, instant);
        var explanation = Explanation.Of(parse.GetValue(For), pathway, decision, evidence);
        var outlook = await OutlookAsync(parse.GetValue(Supposing) ?? [], reference, pathway, evidence, instant, cancellation);

        if (parse.GetValue(Svg) is { } file)
        {
            var names = evidence.ToDictionary(item => item.Id, item => item.Name ?? item.AchievementId);
            await NamedFiles.WriteAsync(file.FullName, Encoding.UTF8.GetBytes(StackDrawing.Draw(pathway.Pathway.Name, tree, decision, names)), cancellation);
        }

        terminal.Answer(new { decision, tree, explanation = explanation.Lines, whatIf = outlook is null ? null : new { outlook.Supposed, outlook.Differences } }, () =>
        {
            new StackTreeText(terminal, evidence).Print(tree);
            terminal.Line("");
            foreach (var line in explanation.Lines) terminal.Line(line);
            if (outlook is null) return;
            terminal.Line("");
            terminal.Line("What if:");
            foreach (var line in outlook.Differences) terminal.Line($"  {line}");
        });
        return 0;
    }

    private static async Task<Outlook?> OutlookAsync(
        IReadOnlyList<string> phrases, StackReference reference, CompiledPathway pathway, IReadOnlyList<Evidence> evidence, DateTimeOffset instant, CancellationToken cancellation)
    {
        if (phrases.Count == 0) return null;
        var other = phrases.FirstOrDefault(phrase => phrase.StartsWith("pathway ", StringComparison.Ordinal)) is { } named
            ? await CompiledAsync(new FileInfo(named["pathway ".Length..]), cancellation)
            : null;
        var supposition = new Suppositions(other ?? pathway, evidence, instant).Read(phrases.Where(phrase => !phrase.StartsWith("pathway ", StringComparison.Ordinal)));
        return WhatIf.Suppose(reference, pathway, evidence, supposition, instant, other);
    }

    private static async Task<CompiledPathway> CompiledAsync(FileInfo file, CancellationToken cancellation)
    {
        var content = await PathwayFiles.ReadAsync(file, cancellation);
        var error = PathwayChecks.Check(content.Pathway, content.Settings).FirstOrDefault(finding => finding.Severity == FindingSeverity.Error);
        return error is null
            ? PathwayCompiler.Compile(content.Pathway, content.Settings)
            : throw new ProblemException(new Problem(error.Code, 400, $"{file.Name} can't be judged", error.Message, error.Remedy, error.Place));
    }

    /// <summary>What the service would refuse is refused here too.</summary>
    private static IReadOnlyList<Evidence> Accepted(IReadOnlyList<Evidence> evidence, DateTimeOffset instant)
    {
        foreach (var item in evidence)
        {
            if (item.RefuseStated(instant) is { } refused)
                throw new ProblemException(new Problem(refused.Code, 400, $"Evidence \"{item.Id}\" can't be taken", refused.Message, refused.Remedy, refused.Place));
        }

        return [.. evidence.Where(item => item.CountsAt(instant)).DistinctBy(item => item.Id)];
    }
}
