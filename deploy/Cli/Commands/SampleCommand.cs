using System.CommandLine;
using Pathways.Cli.Sample;

namespace Pathways.Cli.Commands;

/// <summary><c>sample load</c>: what <c>deploy/up</c> fills a new system with.</summary>
internal static class SampleCommand
{
    private static readonly Option<bool> Definitions = new("--definitions") { Description = "Only issuers, achievements, pathways and agreements; no learners." };

    public static Command Create() => new Command("sample", "The sample institutions.").With(
        new Command("load", "Load three institutions, and the story of two learners. Loading again changes nothing.").With(Definitions).Runs(LoadAsync));

    private static async Task<int> LoadAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var loader = new SampleLoader(door);
        await terminal.ProgressAsync("Achievements, pathways and agreements", loader.Definitions, done => loader.DefineAsync(done, cancellation));
        if (!parse.GetValue(Definitions))
            await terminal.ProgressAsync("Learners and their results", loader.LifeSteps, done => loader.LiveAsync(done, cancellation));
        terminal.Answer(new { loaded = true }, () => terminal.Line("The sample is loaded."));
        return 0;
    }
}
