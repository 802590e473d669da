using System.CommandLine;

namespace Pathways.Cli;

/// <summary>Options that every command has.</summary>
internal static class Shared
{
    // As a shell tells of Ctrl-C.
    private const int Interrupted = 130;

    public static Option<string> Data { get; } = new("--data")
    {
        Description = "Data directory of the system to work on.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("PATHWAYS_DATA") ?? ".data",
        Recursive = true,
    };

    public static Option<bool> Json { get; } = new("--json") { Description = "Print JSON, for programs.", Recursive = true };

    public static Option<string> Tenant { get; } = new("--tenant") { Description = "The institution, for example hutchinson.", Required = true };

    /// <summary>Of a list.</summary>
    public static Option<string?> OneTenant { get; } = new("--tenant") { Description = "One institution's only." };

    /// <summary>A command that talks to the running system.</summary>
    public static Command Runs(this Command command, Func<ParseResult, Door, Terminal, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parse, cancellation) =>
        {
            using var door = Door.Open(parse.GetValue(Data)!);
            return await run(parse, door, new Terminal(parse.GetValue(Json)), cancellation);
        });
        return command;
    }

    /// <summary>A command that may do without the running system: it asks for the door when it needs it.</summary>
    public static Command RunsOffline(this Command command, Func<ParseResult, Func<Door>, Terminal, CancellationToken, Task<int>> run)
    {
        command.SetAction(async (parse, cancellation) =>
        {
            Door? door = null;
            try
            {
                return await run(parse, () => door ??= Door.Open(parse.GetValue(Data)!), new Terminal(parse.GetValue(Json)), cancellation);
            }
            finally
            {
                door?.Dispose();
            }
        });
        return command;
    }

    /// <summary>A command that works on files and needs no running system.</summary>
    public static Command RunsOnFiles(this Command command, Func<ParseResult, Terminal, CancellationToken, Task<int>> run)
    {
        command.SetAction((parse, cancellation) => run(parse, new Terminal(parse.GetValue(Json)), cancellation));
        return command;
    }

    public static Command With(this Command command, params ReadOnlySpan<Symbol> symbols)
    {
        foreach (var symbol in symbols)
        {
            if (symbol is Option option) command.Options.Add(option);
            else if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Subcommands.Add((Command)symbol);
        }

        return command;
    }

    /// <summary>A refusal or an unreachable system is told in one place, in plain words, without a stack.</summary>
    public static async Task<int> Reporting(this Task<int> run, string[] args)
    {
        var terminal = new Terminal(args.Contains("--json"));
        try
        {
            return await run;
        }
        catch (ProblemException problem)
        {
            terminal.Problem(problem.Problem);
            return 1;
        }
        catch (HttpRequestException unreachable)
        {
            terminal.Problem(new Problem("unreachable", 503, "The system does not answer", unreachable.Message, "Start it with deploy/up, or name its data directory with --data."));
            return 1;
        }
        catch (FormatException malformed)
        {
            terminal.Problem(new Problem("malformed", 400, "It cannot be read as what it should be", malformed.Message, "Compare it with what the command's --help asks for; of a file, take it anew from where it came."));
            return 1;
        }
        catch (OperationCanceledException stopped) when (stopped.InnerException is TimeoutException late)
        {
            terminal.Problem(new Problem("timeout", 504, "The system did not answer in time", late.Message, "Look at deploy/pathways status, and start it again."));
            return 1;
        }
        catch (OperationCanceledException)
        {
            terminal.Problem(new Problem("interrupted", 499, "It was interrupted", "What was done until then stays.", "Start it again; an import of a file goes on where it stopped."));
            return Interrupted;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            terminal.Problem(new Problem("file", 400, "A file cannot be read or written", fault.Message, "Correct its name, or let yourself read or write it: names are taken from the folder that you are in."));
            return 1;
        }
    }
}
