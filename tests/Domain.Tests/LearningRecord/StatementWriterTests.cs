using System.Buffers;
using System.Text;
using System.Text.Json;
using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class StatementWriterTests
{
    private static readonly Stamp Stamp = new(
        Guid.Parse("fd41c918-b88b-4b20-a0a5-a4c32391aaa0"),
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1230),
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero),
        Sample.Json("""{"account":{"homePage":"https://pathways.example","name":"client"}}"""),
        XapiVersion.V200);

    [Fact]
    public void Keeps_every_value_in_the_text_it_came_in()
    {
        string written = Write(Sample.Passed.Replace("0.83", "0.830000000000000000000000000000000001").Replace("Welding\"", "W\\u0065lding\""));
        Assert.Contains("0.830000000000000000000000000000000001", written, StringComparison.Ordinal);
        Assert.Contains("W\\u0065lding", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Sets_what_belongs_to_the_store()
    {
        var written = Sample.Json(Write(Sample.With("/authority", """{"mbox":"mailto:liar@example.edu"}""")));
        Assert.Equal("2026-03-01T12:00:00.000123Z", written.GetProperty("stored").GetString());
        Assert.Equal("client", written.GetProperty("authority").GetProperty("account").GetProperty("name").GetString());
        Assert.Equal("2.0.0", written.GetProperty("version").GetString());
        Assert.Null(StatementRules.Check(written, XapiVersion.V200));
    }

    [Fact]
    public void Puts_a_timestamp_into_UTC_and_adds_a_missing_one()
    {
        Assert.Equal("2026-03-01T09:00:00.000000Z", Sample.Json(Write(Sample.Passed)).GetProperty("timestamp").GetString());
        Assert.Equal("2026-03-01T12:00:00.000000Z", Sample.Json(Write(Sample.Without("/timestamp"))).GetProperty("timestamp").GetString());
    }

    [Fact]
    public void Makes_a_single_context_activity_a_list()
        => Assert.Equal(JsonValueKind.Array, Sample.Json(Write(Sample.Passed)).GetProperty("context").GetProperty("contextActivities").GetProperty("parent").ValueKind);

    [Fact]
    public void Keeps_the_version_a_statement_was_accepted_with()
        => Assert.Equal("1.0.1", Sample.Json(Write(Sample.With("/version", "\"1.0.1\""))).GetProperty("version").GetString());

    private static string Write(string statement)
    {
        var output = new ArrayBufferWriter<byte>();
        StatementWriter.Write(output, Sample.Json(statement), Stamp);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
