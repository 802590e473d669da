using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pathways.Observability;

/// <summary>
/// One line of text per log entry, with the trace id. Line breaks and other control characters are escaped: what a
/// caller sends can't pretend to be a line of its own.
/// </summary>
internal sealed class LineFormatter(TimeProvider clock) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string trace = Activity.Current?.TraceId.ToString() ?? "-";
        string category = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        textWriter.Write($"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Word(logEntry.LogLevel)} {trace} {category}: ");
        textWriter.Write(Escaped(logEntry.Formatter(logEntry.State, logEntry.Exception)));
        if (logEntry.Exception is { } exception) textWriter.Write($" | {Escaped(exception.ToString())}");
        textWriter.Write('\n');
    }

    internal static string Escaped(string text)
    {
        if (!text.Any(char.IsControl)) return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\r' => escaped.Append("\\r"),
                '\t' => escaped.Append("\\t"),
                _ when char.IsControl(c) => escaped.Append($"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }
        return escaped.ToString();
    }

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => "-",
    };
}

internal static class LineLogging
{
    /// <summary><c>Logging:Format</c> is <c>text</c> (default) or <c>json</c>; both are one line per entry.</summary>
    public static void AddLines(this ILoggingBuilder logging, IConfiguration configuration)
    {
        logging.ClearProviders();
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        if (configuration["Logging:Format"] == "json")
        {
            logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
                json.IncludeScopes = true;
            });
        }
        else
        {
            logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
            logging.AddConsole(console => console.FormatterName = LineFormatter.FormatName);
        }
        // The JwtBearer handler and the exception handler repeat what the problem document's own log line says.
        logging.AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None);
        logging.AddFilter("Microsoft.AspNetCore.Authentication", LogLevel.None);
        // What others log about each request, query and key says nothing that our own lines and the traces don't.
        if (configuration.GetValue("Logging:LogLevel:Default", LogLevel.Information) > LogLevel.Warning) return;
        foreach (string chatter in new[] { "Microsoft.AspNetCore", "System.Net.Http.HttpClient", "Npgsql", "MassTransit", "Microsoft.Extensions.Http" })
        {
            if (configuration[$"Logging:LogLevel:{chatter}"] is null) logging.AddFilter(chatter, LogLevel.Warning);
        }
    }
}
