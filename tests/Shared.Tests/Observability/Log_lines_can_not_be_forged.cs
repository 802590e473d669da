using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pathways.Observability;
using Xunit;

namespace Pathways.Shared.Tests.Observability;

public sealed class Log_lines_can_not_be_forged
{
    [Theory]
    [InlineData("one\ntwo", "one\\ntwo")]
    [InlineData("one\r\ntwo", "one\\r\\ntwo")]
    [InlineData("red \u001b[31m", "red \\u001b[31m")]
    [InlineData("next\u0085line", "next\\u0085line")]
    [InlineData("Größe und 漢字", "Größe und 漢字")]
    public void Control_characters_are_written_out(string message, string line)
    {
        using var output = new StringWriter(CultureInfo.InvariantCulture);
        var entry = new LogEntry<string>(LogLevel.Warning, "Pathways.Room.Class", default, message, new InvalidOperationException("a\nb"), (text, _) => text);
        new LineFormatter(TimeProvider.System).Write(in entry, scopeProvider: null, output);
        string written = output.ToString();
        Assert.EndsWith("\n", written, StringComparison.Ordinal);
        Assert.DoesNotContain(written[..^1], char.IsControl);
        Assert.Contains($" warn - Class: {line} | System.InvalidOperationException: a\\nb", written, StringComparison.Ordinal);
    }
}
