using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Pathways.PathwayStacking.Domain.Stacking;
using Spectre.Console;

namespace Pathways.Cli;

/// <summary>Where a command's answer goes: for a person first, JSON on request. Progress goes to standard error.</summary>
internal sealed class Terminal(bool json)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { VerdictNames.Converter, new JsonStringEnumConverter() },
    };

    private readonly IAnsiConsole _progress = AnsiConsole.Create(Console.IsErrorRedirected ? Plain(Console.Error) : new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    public bool IsJson => json;

    /// <summary>A person sees the question and can answer it.</summary>
    public static bool CanAsk => !Console.IsInputRedirected && !Console.IsErrorRedirected;

    /// <summary>A file or a pipe gets no codes for colours.</summary>
    public static void PlainWhenRedirected()
    {
        if (!Console.IsOutputRedirected) return;
        AnsiConsole.Console = AnsiConsole.Create(Plain(Console.Out));
        AnsiConsole.Profile.Width = 160;
    }

    private static AnsiConsoleSettings Plain(TextWriter output)
        => new() { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) };

    public void Answer(object? value, Action human)
    {
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(value, Indented));
        else human();
    }

    public void Line(string text) => Console.Out.WriteLine(text);

    public void Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded);
        foreach (var column in columns) table.AddColumn(Markup.Escape(column));
        foreach (var row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }

    public void Problem(Problem problem)
    {
        if (json)
        {
            Console.Error.WriteLine(JsonSerializer.Serialize(problem, Indented));
            return;
        }

        Console.Error.WriteLine($"{problem.Title} ({problem.Code})");
        if (problem.Detail is { } detail) Console.Error.WriteLine($"  {detail}");
        if (problem.Place is { } place) Console.Error.WriteLine($"  at {place}");
        if (problem.Remedy is { } remedy) Console.Error.WriteLine($"  What to do: {remedy}");
    }

    /// <summary>That something which takes long goes on; silent with --json.</summary>
    public void GoesOn(string text)
    {
        if (!json) Console.Error.WriteLine(text);
    }

    /// <summary>What a person answers; null when the input has ended. Asked on standard error: the answer of the command may be JSON.</summary>
    public async Task<string?> AskAsync(string question, CancellationToken cancellation)
    {
        await Console.Error.WriteAsync(question.AsMemory(), cancellation);
        // The console's reader waits in its thread whatever it is asked, and Ctrl-C shall count at once.
        string? said = await Task.Run(Console.In.ReadLine, CancellationToken.None).WaitAsync(cancellation);
        if (said is null) await Console.Error.WriteLineAsync();
        return said?.Trim();
    }

    /// <summary>A bar on a terminal, a line per finished step elsewhere; silent with --json.</summary>
    public async Task ProgressAsync(string what, int total, Func<Action, Task> work)
    {
        if (json)
        {
            await work(static () => { });
            return;
        }

        await _progress.Progress().HideCompleted(false).StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(total, 1));
            await work(() => task.Increment(1));
            task.Value = task.MaxValue;
        });
    }
}

/// <summary>An answer of the system that is a refusal (RFC 9457).</summary>
internal sealed record Problem(string Code, int Status, string Title, string? Detail, string? Remedy, string? Place = null)
{
    /// <summary>On one line, where it is a part of a larger answer.</summary>
    public string Line => string.Join(' ', new[] { $"{Title} ({Code}).", Detail, Remedy }.OfType<string>());

    public static Problem From(int status, string body)
    {
        try
        {
            var problem = JsonNode.Parse(body)?.AsObject();
            return new Problem(
                Text(problem, "code") ?? Text(problem, "error") ?? "unexpected",
                status,
                Text(problem, "title") ?? "The request was refused",
                Text(problem, "detail") ?? Text(problem, "error_description"),
                Text(problem, "remedy"),
                Text(problem, "place"));
        }
        catch (JsonException)
        {
            return new Problem("unexpected", status, "The system gave an answer that cannot be read", body.Length > 200 ? body[..200] : body, "Look whether all is well: deploy/pathways status; --data names another system.");
        }
    }

    private static string? Text(JsonObject? problem, string member) => problem?[member]?.GetValueKind() == JsonValueKind.String ? (string?)problem[member] : null;
}

internal sealed class ProblemException(Problem problem) : Exception(problem.Title)
{
    public Problem Problem { get; } = problem;
}
