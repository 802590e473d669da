using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;

namespace Pathways.Cli;

/// <summary>The library's help, but in the list of commands too an argument that may be left out is in brackets: <c>verify [&lt;file&gt;]</c>.</summary>
internal sealed class Help(HelpAction plain) : SynchronousCommandLineAction
{
    public static HelpOption Option()
    {
        var option = new HelpOption();
        option.Action = new Help((HelpAction)option.Action!);
        return option;
    }

    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var exitCode = plain.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(Bracketed(text.ToString(), parseResult.CommandResult.Command));
        return exitCode;
    }

    private static string Bracketed(string help, Command command)
    {
        foreach (var sub in command.Subcommands)
        {
            foreach (var optional in sub.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues == 0))
            {
                // Two characters more, and two fewer behind them, so that the descriptions stay in line.
                var listed = new Regex($@"^(?<before>  {Regex.Escape(sub.Name)} .*?)<{Regex.Escape(optional.Name)}>(  (?= {{2}}))?", RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
                help = listed.Replace(help, found => $"{found.Groups["before"].Value}[<{optional.Name}>]");
            }
        }
        return help;
    }
}
