using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Lists_hold_no_nulls
{
    private static readonly JsonSerializerOptions Strict = StrictOptions();

    [Theory]
    [InlineData(typeof(string[]))]
    [InlineData(typeof(List<string>))]
    [InlineData(typeof(IReadOnlyList<string>))]
    [InlineData(typeof(IReadOnlyCollection<string>))]
    [InlineData(typeof(HashSet<string>))]
    [InlineData(typeof(System.Collections.Immutable.ImmutableArray<string>))]
    [InlineData(typeof(IReadOnlyList<Count>[]))]
    public async Task However_the_list_is_written_and_read(Type list)
    {
        string json = list == typeof(IReadOnlyList<Count>[]) ? """[[{"by":1},null]]""" : """["a",null]""";
        Assert.Throws<NullElementException>(() => JsonSerializer.Deserialize(json, list, Strict));
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        await Assert.ThrowsAsync<NullElementException>(async () => await JsonSerializer.DeserializeAsync(stream, list, Strict, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Its_place_is_the_same_when_the_body_is_read_as_one_piece()
        => Assert.Equal("$.tags[1]", Assert.Throws<NullElementException>(() => JsonSerializer.Deserialize<Count>("""{"by":1,"tags":["a",null,"b"]}""", Strict)).ElementPath);

    [Fact]
    public void Unless_null_is_one_of_its_values()
    {
        Assert.Equal([1, null], JsonSerializer.Deserialize<int?[]>("[1,null]", Strict)!);
        Assert.Equal(JsonValueKind.Null, JsonSerializer.Deserialize<JsonElement[]>("[null]", Strict)![0].ValueKind);
        Assert.Null(Assert.Single(JsonSerializer.Deserialize<JsonNode?[]>("[null]", Strict)!));
        Assert.Null(Assert.Single(JsonSerializer.Deserialize<JsonArray>("[null]", Strict)!));
    }

    private static JsonSerializerOptions StrictOptions()
    {
        var json = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        StrictJson.Apply(json);
        return json;
    }
}
