using System.CommandLine;
using Pathways.Cli;
using Pathways.Cli.Commands;

var root = new RootCommand("Pathways: import, audit, tokens and operation of a running system.");
root.Options.Add(Shared.Data);
root.Options.Add(Shared.Json);
foreach (var command in new[]
{
    StatusCommand.Create(), ImportCommand.Create(), ClientCommand.Create(), TokenCommand.Create(), AuditCommand.Create(),
    VerifyCredentialCommand.Create(),
    EraseCommand.Create(), ParkedCommand.Create(), SampleCommand.Create(),
    PathwayCommand.Create(), EvaluateCommand.Create(),
})
{
    root.Subcommands.Add(command);
}

return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).Reporting(args);
