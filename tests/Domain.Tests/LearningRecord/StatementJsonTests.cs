using System.Text;
using Pathways.LearningRecord.Domain.Xapi;
using Xunit;

namespace Pathways.Domain.Tests.LearningRecord;

public sealed class StatementJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("""{"a":{"b":1,"b":1}}""")]
    [InlineData("""{"a":1""")]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":"\ude00"}""")]
    [InlineData("""{"a":"\ud83d\u0041"}""")]
    [InlineData("")]
    [InlineData("{} {}")]
    public void Refuses(string json) => Assert.Equal("invalid-json", StatementJson.Parse(Encoding.UTF8.GetBytes(json)).Rejection?.Code);

    [Theory]
    [InlineData("{\"actor\":", "line 1, column 10", "ends before it is complete", "cut off")]
    [InlineData("", "line 1, column 1", "is empty", "Give the JSON")]
    [InlineData("{\"ü\":1 \"b\":2}", "line 1, column 8", "is invalid after a value", "this place")]
    [InlineData("{\"a\":\"b", "line 1, column 8", "ends before it is complete", "cut off")]
    [InlineData("[1,\n 2", "line 2, column 3", "ends before it is complete", "cut off")]
    [InlineData("{\n  \"a\": nothing}", "line 2, column 9", "invalid JSON literal", "this place")]
    [InlineData("{\"a\":1,\"a\":2}", "line 1, column 8", "stands twice", "one of the two")]
    public void Tells_where_it_is_wrong_and_what_to_do(string json, string place, string reason, string remedy)
    {
        var refusal = StatementJson.Parse(Encoding.UTF8.GetBytes(json)).Rejection!;

        Assert.Equal(place, refusal.Place);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("LineNumber", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refusal.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\": nothing}", "line 7, column 8")]
    [InlineData("{\n \"a\":1,\n \"a\":2}", "line 9, column 2")]
    public void Of_a_part_of_a_file_tells_the_files_line(string json, string place)
        => Assert.Equal(place, StatementJson.Parse(Encoding.UTF8.GetBytes(json), firstLine: 7).Rejection!.Place);

    [Theory]
    [InlineData("""{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"a":"\\ud800"}""")]
    [InlineData("""{"a":"C:\\"}""")]
    public void Accepts(string json) => Assert.True(StatementJson.Parse(Encoding.UTF8.GetBytes(json)).IsAccepted);

    [Fact]
    public void Passes_over_a_byte_order_mark_before_the_text_and_counts_from_behind_it()
    {
        using var document = StatementJson.Parse(Encoding.UTF8.GetBytes("\uFEFF{\"a\": 1}")).Value!;
        Assert.Equal("{\"a\": 1}", document.RootElement.GetRawText());
        Assert.Equal("line 1, column 2", StatementJson.Parse(Encoding.UTF8.GetBytes("\uFEFF{a")).Rejection!.Place);
        Assert.False(StatementJson.Parse(Encoding.UTF8.GetBytes("\uFEFF\uFEFF{}")).IsAccepted);
        Assert.False(StatementJson.Parse(Encoding.UTF8.GetBytes("{\uFEFF}")).IsAccepted);
    }

    [Fact]
    public void Refuses_bytes_that_are_not_UTF_8()
        => Assert.Equal("invalid-json", StatementJson.Parse(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }).Rejection?.Code);

    [Fact]
    public void Refuses_nesting_without_end()
        => Assert.Equal("invalid-json", StatementJson.Parse(Encoding.UTF8.GetBytes(new string('[', 100_000))).Rejection?.Code);
}
