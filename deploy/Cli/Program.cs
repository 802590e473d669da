using System.CommandLine;
using System.CommandLine.Invocation;
using Pathways.Cli;
using Pathways.Cli.Commands;

// Not by the name of the executable: people call the script.
var root = new Command("pathways", "Pathways: import, audit, tokens and operation of a running system.") { Help.Option(), new VersionOption() };
Terminal.PlainWhenRedirected();
root.Options.Add(Shared.Data);
root.Options.Add(Shared.Json);
foreach (var command in new[]
{
    StatusCommand.Create(), ImportCommand.Create(), TenantCommand.Create(), ClientCommand.Create(), FeedCommand.Create(), TokenCommand.Create(), AuditCommand.Create(),
    VerifyCredentialCommand.Create(),
    EraseCommand.Create(), ParkedCommand.Create(), SourceCommand.Create(), RebuildCommand.Create(), SampleCommand.Create(),
    PathwayCommand.Create(), EvaluateCommand.Create(),
})
{
    root.Subcommands.Add(command);
}

var parsed = root.Parse(args);
// It guesses by the letters, and would lead from `keys` to `feed`; the help, which follows, goes by the descriptions.
if (parsed.Action is ParseErrorAction errors && Help.OfNoCommand(parsed)?.Contains("Perhaps", StringComparison.Ordinal) == true) errors.ShowTypoCorrections = false;

return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).Reporting(args);
