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
    [InlineData("""{"a":"\ud83d\ude00"}""")]
    [InlineData("""{"a":"\\ud800"}""")]
    [InlineData("""{"a":"C:\\"}""")]
    public void Accepts(string json) => Assert.True(StatementJson.Parse(Encoding.UTF8.GetBytes(json)).IsAccepted);

    [Fact]
    public void Refuses_bytes_that_are_not_UTF_8()
        => Assert.Equal("invalid-json", StatementJson.Parse(new byte[] { (byte)'"', 0xC3, 0x28, (byte)'"' }).Rejection?.Code);

    [Fact]
    public void Refuses_nesting_without_end()
        => Assert.Equal("invalid-json", StatementJson.Parse(Encoding.UTF8.GetBytes(new string('[', 100_000))).Rejection?.Code);
}
