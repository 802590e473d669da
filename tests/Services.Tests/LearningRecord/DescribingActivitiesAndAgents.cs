using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class DescribingActivitiesAndAgents(RecordService record)
{
    private readonly Lrs _lrs = record.NewTenant();

    [Fact]
    public async Task Merges_what_statements_say_of_an_activity()
    {
        await _lrs.StoreAsync(About("""{"name":{"en":"Welding"},"type":"urn:type"}"""));
        await _lrs.StoreAsync(About("""{"name":{"de":"Schweißen"},"extensions":{"urn:x":1}}"""));
        var activity = await GetAsync("activities?activityId=urn:a");
        Assert.Equal("Activity", activity.GetProperty("objectType").GetString());
        var definition = activity.GetProperty("definition");
        Assert.Equal(["en", "de"], definition.GetProperty("name").EnumerateObject().Select(name => name.Name));
        Assert.Equal("urn:type", definition.GetProperty("type").GetString());
        Assert.Equal(1, definition.GetProperty("extensions").GetProperty("urn:x").GetInt32());
    }

    [Fact]
    public async Task Knows_an_unknown_activity_by_its_id_alone()
        => Assert.Equal("""{"objectType":"Activity","id":"urn:nobody-did-it"}""", (await GetAsync("activities?activityId=urn:nobody-did-it")).GetRawText());

    [Fact]
    public async Task Gathers_the_names_of_a_person()
    {
        await _lrs.StoreAsync(Make.Statement().With("actor", new JsonObject { ["mbox"] = "mailto:m@example.edu", ["name"] = "Maria" }));
        await _lrs.StoreAsync(Make.Statement().With("actor", new JsonObject { ["mbox"] = "mailto:m@example.edu", ["name"] = "Maria K." }));
        var person = await GetAsync("agents?agent=" + Uri.EscapeDataString("""{"mbox":"mailto:m@example.edu"}"""));
        Assert.Equal("""{"objectType":"Person","name":["Maria","Maria K."],"mbox":["mailto:m@example.edu"]}""", person.GetRawText());
        Assert.Equal(person.GetRawText(), (await GetAsync("agents?agent=" + Uri.EscapeDataString("\uFEFF{\"mbox\":\"mailto:m@example.edu\"}"))).GetRawText());
    }

    [Theory]
    [InlineData("activities")]
    [InlineData("activities?activityId=welding")]
    [InlineData("activities?activityid=urn:a")]
    [InlineData("agents")]
    [InlineData("agents?agent={}")]
    [InlineData("agents?agent=x")]
    [InlineData("about?x=1")]
    public async Task Refuses(string query) => Assert.Equal(400, (await Lrs.ProblemAsync(await _lrs.Http.GetAsync("/xapi/" + query))).Status);

    private static JsonObject About(string definition)
        => Make.Statement(about: new JsonObject { ["id"] = "urn:a", ["definition"] = JsonNode.Parse(definition) });

    private async Task<JsonElement> GetAsync(string query) => JsonDocument.Parse(await _lrs.Http.GetStringAsync("/xapi/" + query)).RootElement;
}
