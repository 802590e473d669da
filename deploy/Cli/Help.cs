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

    /// <summary>What is said of a word in the place of a command that is none, with those whose description has the word; null when there is no such word.</summary>
    public static string? OfNoCommand(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        if (command.Subcommands.Count == 0 || parse.UnmatchedTokens is not [{ Length: > 0 } word, ..] || word[0] == '-') return null;
        var meant = command.Subcommands.Where(sub => sub.Description?.Contains(word, StringComparison.OrdinalIgnoreCase) == true).Select(sub => sub.Name).ToList();
        return $"'{word}' is no command of {command.Name}.{(meant.Count > 0 ? $" Perhaps you mean {string.Join(" or ", meant)}." : "")}";
    }

    public override int Invoke(ParseResult parseResult)
    {
        var unknown = OfNoCommand(parseResult);
        if (unknown is not null) parseResult.InvocationConfiguration.Error.WriteLine(unknown + Environment.NewLine);
        var output = parseResult.InvocationConfiguration.Output;
        using var text = new StringWriter();
        parseResult.InvocationConfiguration.Output = text;
        var exitCode = plain.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        output.Write(Bracketed(text.ToString(), parseResult.CommandResult.Command));
        return unknown is null ? exitCode : 1;
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
