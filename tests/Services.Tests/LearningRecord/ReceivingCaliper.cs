using System.Net;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.LearningRecord;

[Collection(RecordCollection.Name)]
public sealed class ReceivingCaliper(RecordService record)
{
    private const string Path = "/learning-record/caliper";

    private readonly Lrs _lrs = record.NewTenant();

    [Fact]
    public async Task An_envelope_is_stored_item_by_item_and_again_without_doubling()
    {
        var (viewed, unknown, changed) = (Event("ViewEvent", "Viewed"), Event("ViewEvent", "Admired"), Event("ViewEvent", "Viewed"));
        string envelope = Envelope(viewed, unknown, changed, new JsonObject { ["type"] = "ViewEvent" });
        var first = await SendAsync(envelope);
        Assert.Equal((3, 0, 1, 1), Counts(first));
        Assert.Equal(
            ["1 stored  ", "3 refused caliper-item-invalid /data/3/id"],
            first.Json.GetProperty("outcomes").EnumerateArray().Select(outcome =>
                $"{outcome.GetProperty("index")} {outcome.GetProperty("result")} {(outcome.TryGetProperty("code", out var code) ? code : "")} {(outcome.TryGetProperty("place", out var place) ? place : "")}"));

        var other = changed.DeepClone().AsObject();
        other["action"] = "Liked";
        Assert.Equal((0, 2, 1, 1), Counts(await SendAsync(Envelope(viewed, unknown, other))));

        string id = ((string)viewed["id"]!)["urn:uuid:".Length..];
        var stored = await _lrs.ReadAsync($"?statementId={id}");
        Assert.Equal("http://id.tincanapi.com/verb/viewed", stored.GetProperty("verb").GetProperty("id").GetString());
        string unmapped = Uri.EscapeDataString("https://pathways.example/caliper/unmapped");
        Assert.Equal(((string)unknown["id"]!)["urn:uuid:".Length..], Assert.Single(await _lrs.IdsAsync($"?activity={unmapped}&related_activities=true")));
    }

    [Fact]
    public async Task A_byte_order_mark_before_an_envelope_is_passed_over()
        => Assert.Equal((1, 0, 0, 0), Counts(await SendAsync("\uFEFF" + Envelope(Event("ViewEvent", "Viewed")))));

    [Fact]
    public async Task An_envelope_that_is_none_stores_nothing()
    {
        var refused = await SendAsync(Envelope(Event("ViewEvent", "Viewed")).Replace("v1p2", "v0", StringComparison.Ordinal));
        Assert.Equal(("caliper-version-unsupported", "/dataVersion"), (refused.ProblemCode, refused.Json.GetProperty("place").GetString()));
        Assert.Equal("batch-too-large", (await SendAsync(Envelope([.. Enumerable.Range(0, 1001).Select(_ => new JsonObject())]))).ProblemCode);
        Assert.Equal("invalid-json", (await SendAsync("{")).ProblemCode);
        Assert.Empty(await _lrs.IdsAsync(""));
    }

    private Task<Answer> SendAsync(string envelope) => _lrs.Client("statements/write").PostTextAsync(Path, envelope);

    private static (int Stored, int Already, int Refused, int Unmapped) Counts(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
        return (Count("stored"), Count("already"), Count("refused"), Count("unmapped"));
        int Count(string name) => answer.Json.GetProperty(name).GetInt32();
    }

    private static string Envelope(params JsonObject[] data) => new JsonObject
    {
        ["sensor"] = "https://example.edu/sensors/1",
        ["sendTime"] = "2026-11-15T11:05:01.000Z",
        ["dataVersion"] = "http://purl.imsglobal.org/ctx/caliper/v1p2",
        ["data"] = new JsonArray([.. data.Select(item => item.DeepClone())]),
    }.ToJsonString();

    private static JsonObject Event(string type, string action) => new()
    {
        ["id"] = $"urn:uuid:{Guid.NewGuid()}",
        ["type"] = type,
        ["actor"] = new JsonObject { ["id"] = "https://example.edu/users/554433", ["type"] = "Person" },
        ["action"] = action,
        ["object"] = new JsonObject { ["id"] = "https://example.edu/pages/1", ["type"] = "Page", ["name"] = "Safety" },
        ["eventTime"] = "2026-11-15T10:15:00.000Z",
    };
}
