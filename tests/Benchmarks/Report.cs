using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Pathways.Benchmarks;

/// <summary>Measurements as they come: JSON lines at once, or one table for a person at the end.</summary>
internal sealed class Report(string bench, bool json)
{
    private static readonly JsonSerializerOptions Line = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly List<Measurement> _measurements = [];

    /// <summary>Told while it runs, to a person only.</summary>
    public static void Progress(string text) => Console.Error.WriteLine(text);

    public void Add(string @case, string metric, double value, string unit, (string Name, double Value)? reference = null)
    {
        var measurement = new Measurement(
            bench, @case, metric, value, unit, reference?.Name, reference?.Value, reference is { } peer && peer.Value != 0 ? value / peer.Value : null);
        _measurements.Add(measurement);
        if (json) Console.Out.WriteLine(JsonSerializer.Serialize(measurement, Line));
    }

    public void Finish()
    {
        if (json) return;
        var table = new Table().Border(TableBorder.Rounded).Title(bench);
        foreach (var column in (string[])["case", "metric", "value", "unit", "reference", "its value", "ratio"]) table.AddColumn(column);
        foreach (var m in _measurements)
        {
            table.AddRow(
                Markup.Escape(m.Case), Markup.Escape(m.Metric), Figure(m.Value), Markup.Escape(m.Unit),
                Markup.Escape(m.Reference ?? ""), m.ReferenceValue is { } value ? Figure(value) : "", m.Ratio is { } ratio ? ratio.ToString("0.00") : "");
        }

        // A file or a pipe gets no codes for colours, and lines as wide as they are.
        var console = Console.IsOutputRedirected
            ? AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors })
            : AnsiConsole.Console;
        if (Console.IsOutputRedirected) console.Profile.Width = 160;
        console.Write(table);
    }

    private static string Figure(double value) => Math.Abs(value) >= 100 ? value.ToString("N0") : value.ToString("0.###");
}

internal sealed record Measurement(
    string Bench, string Case, string Metric, double Value, string Unit, string? Reference, double? ReferenceValue, double? Ratio);
