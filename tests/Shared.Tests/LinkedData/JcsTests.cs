using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class JcsTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1", "1")]
    [InlineData("1.0", "1")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("4.50", "4.5")]
    [InlineData("2e-3", "0.002")]
    [InlineData("0.000001", "0.000001")]
    [InlineData("0.0000001", "1e-7")]
    [InlineData("123456789012345680000", "123456789012345680000")]
    [InlineData("1E30", "1e+30")]
    [InlineData("1e21", "1e+21")]
    [InlineData("999999999999999900000", "999999999999999900000")]
    [InlineData("333333333.33333329", "333333333.3333333")]
    [InlineData("5e-324", "5e-324")]
    [InlineData("1.7976931348623157e308", "1.7976931348623157e+308")]
    [InlineData("9007199254740992", "9007199254740992")]
    [InlineData("0.000000000000000000000000001", "1e-27")]
    [InlineData("100", "100")]
    [InlineData("0.1", "0.1")]
    [InlineData("1424953923781206.2", "1424953923781206.2")]
    public void Writes_numbers_as_ecmascript_does(string number, string expected)
        => Assert.Equal($"[{expected}]", Canonical($"[{number}]"));

    [Fact]
    public void Orders_members_by_utf16_code_units_at_every_depth()
        => Assert.Equal(
            "{\"\":1,\"1\":2,\"a\":{\"b\":[],\"c\":{}},\"€\":3,\"😀\":4,\"ﬁ\":5}",
            Canonical("{ \"ﬁ\": 5, \"😀\": 4, \"€\": 3, \"a\": {\"c\": {}, \"b\": [ ]}, \"1\": 2, \"\": 1 }"));

    [Fact]
    public void Escapes_only_what_json_demands()
        => Assert.Equal("[\"\\u0000\\b\\t\\n\\u000b\\f\\r\\\"\\\\/é\u007f<\"]", Canonical("[\"\\u0000\\b\\t\\n\\u000B\\f\\r\\\"\\\\\\/\\u00e9\\u007F\\u003c\"]"));

    [Theory]
    [InlineData("{\"a\":1,\"a\":1}", "duplicate key")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "duplicate key")]
    [InlineData("[{\"b\":{\"a\":1,\"a\":2}}]", "duplicate key")]
    [InlineData("[\"\\ud800\"]", "invalid utf-16")]
    [InlineData("{\"\\udc00\":1}", "invalid utf-16")]
    [InlineData("[1e400]", "number out of range")]
    [InlineData("[-1e309]", "number out of range")]
    [InlineData("[NaN]", "not json")]
    [InlineData("[1,]", "not json")]
    [InlineData("[1] 2", "not json")]
    [InlineData("{\"a\":", "not json")]
    [InlineData("", "not json")]
    public void Refuses_what_two_readers_could_read_in_two_ways(string json, string code)
        => Assert.Equal(code, Assert.Throws<LinkedDataException>(() => Canonical(json)).Code);

    [Fact]
    public void Refuses_bytes_that_are_not_utf8()
        => Assert.Equal("invalid utf-8", Assert.Throws<LinkedDataException>(() => Jcs.Canonicalize(new byte[] { 0x22, 0xff, 0x22 })).Code);

    [Fact]
    public void Refuses_a_lone_surrogate_in_a_document_built_in_memory()
        => Assert.Equal("invalid utf-16", Assert.Throws<LinkedDataException>(
            () => Jcs.Canonicalize(new System.Text.Json.Nodes.JsonObject { ["a"] = "x\ud83d" })).Code);

    [Fact]
    public void Refuses_ten_thousand_levels_at_once()
        => Assert.Equal("nested too deeply", Assert.Throws<LinkedDataException>(
            () => Canonical(new string('[', 10_000) + new string(']', 10_000))).Code);

    [Fact]
    public void Refuses_ten_megabytes()
        => Assert.Equal("document too large", Assert.Throws<LinkedDataException>(
            () => Canonical($"[\"{new string('a', 10_000_000)}\"]")).Code);

    [Fact]
    public void Numbers_read_back_as_the_same_double()
        => Prop.ForAll<NormalFloat>(number =>
        {
            var text = Canonical($"[{number.Get:R}]")[1..^1];
            return double.Parse(text, System.Globalization.CultureInfo.InvariantCulture) == number.Get;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Agrees_with_the_published_vectors()
    {
        var folder = PublishedData.Require("jcs-rfc8785");
        var names = Directory.GetFiles(Path.Combine(folder, "input")).Select(Path.GetFileName).ToList();
        var passed = names.Count(name => Jcs.Canonicalize(File.ReadAllBytes(Path.Combine(folder, "input", name!)))
            .AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder, "output", name!))));
        TestContext.Current.TestOutputHelper!.WriteLine($"JCS: {passed} of {names.Count} vectors");
        Assert.Equal(6, names.Count);
        Assert.Equal(names.Count, passed);
    }

    private static string Canonical(string json) => Encoding.UTF8.GetString(Jcs.Canonicalize(Encoding.UTF8.GetBytes(json)));
}
