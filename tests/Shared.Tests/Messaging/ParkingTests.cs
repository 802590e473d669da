using System.Net.Http.Json;
using System.Text;
using Pathways.Messaging.Operating;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Shared.Tests.Messaging.Worlds;

namespace Pathways.Shared.Tests.Messaging;

/// <summary>Streams whose next message can't be handled, and what sets them going again.</summary>
public sealed class ParkingTests(TestServers servers)
{
    [Fact]
    public async Task Parks_the_stream_of_a_poison_event_and_goes_on_with_the_others_until_an_operator_retries()
    {
        await using var world = await servers.WorldAsync();
        world.Poison.Records["a/record-10"] = true;
        await world.AchieveAsync("a", OneToFifty);
        await world.AchieveAsync("b", OneToFifty);
        await world.NotedAsync("b", 50);
        await world.TakenAsync("a", 50);
        Assert.Equal(OneToFifty[..9], await world.NotesAsync("a"));

        using var client = world.Taker.Client("*", "operator");
        var parked = Assert.Single(await ParkedAsync(client));
        Assert.Equal(("a", 10L), (parked.Stream, parked.Version));
        Assert.Contains("record-10 is poison", parked.Error!, StringComparison.Ordinal);
        using (var failed = await SendRetryAsync(client, "a")) Assert.Equal(409, (int)failed.StatusCode);

        world.Poison.Records.Clear();
        var outcome = await RetryAsync(client, "a");

        Assert.Equal(new ParkedOutcome(41, Parked: false), outcome);
        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
        await world.AchieveAsync("a", [51]);
        await world.NotedAsync("a", 51);
        Assert.Empty(await ParkedAsync(client));
    }

    [Fact]
    public async Task Skips_a_poison_event_for_a_reason_that_is_recorded()
    {
        await using var world = await servers.WorldAsync();
        world.Poison.Records["a/record-2"] = true;
        await world.AchieveAsync("a", [1, 2, 3]);
        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(async () => (await ParkedAsync(client)).Count == 1, TwoServices.Patience, "parked", TestContext.Current.CancellationToken);

        await world.TakenAsync("a", 3);
        string id = Assert.Single(await ParkedAsync(client)).Id;
        var wrong = await client.PostAsJsonAsync($"/credential-issuance/parked/{id}/skip", new SkipRequest(" "), TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)wrong.StatusCode);
        var skipped = await client.PostAsJsonAsync($"/credential-issuance/parked/{id}/skip", new SkipRequest("It was a test."), TestContext.Current.CancellationToken);
        skipped.EnsureSuccessStatusCode();
        var again = await client.PostAsJsonAsync($"/credential-issuance/parked/{id}/skip", new SkipRequest("Twice."), TestContext.Current.CancellationToken);
        Assert.Equal(409, (int)again.StatusCode);
        await RetryAsync(client, "a");

        Assert.Equal([1, 3], await world.NotesAsync("a"));
        var recorded = Assert.Single(await world.TakerStreamAsync("parked-learning-record-a"));
        Assert.Equal("It was a test.", ((MessageSkipped)recorded.Data).Reason);
    }

    [Fact]
    public async Task Parks_what_can_not_be_read_and_fetches_it_from_its_source_on_retry()
    {
        await using var world = await servers.TamperedAsync(messages =>
            [.. messages.Select(message => RawBroker.Read(message.Body).Version == 5 ? ("{ not json"u8.ToArray(), message.Properties) : message)]);
        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(async () => (await ParkedAsync(client)).Count == 1, TwoServices.Patience, "parked", TestContext.Current.CancellationToken);
        await world.TakenAsync("a", 50);
        Assert.Equal(OneToFifty[..4], await world.NotesAsync("a"));

        var outcome = await RetryAsync(client, "a");

        Assert.False(outcome.Parked);
        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    [Fact]
    public async Task Takes_what_never_came_before_it_gives_up_what_can_not_be_read()
    {
        // Nothing comes after the unreadable one that would show the gap before it.
        await using var world = await servers.TamperedAsync(messages =>
            [messages[0], messages[1], ("{ not json"u8.ToArray(), messages[4].Properties)]);
        using var client = world.Taker.Client("*", "operator");
        var parked = await Eventually.SeeAsync(
            async () => (await ParkedAsync(client)).FirstOrDefault(), TwoServices.Patience, "parked", TestContext.Current.CancellationToken);

        await client.PostAsJsonAsync($"/credential-issuance/parked/{parked.Id}/skip", new SkipRequest("It was a test."), TestContext.Current.CancellationToken);

        await world.NotedAsync("a", 49);
        Assert.Equal(OneToFifty.Where(number => number != 5), (await world.NotesAsync("a")).Where(number => number != 5));
    }

    [Fact]
    public async Task Stops_a_stream_at_a_contract_it_does_not_know_until_a_build_that_does_goes_on_by_itself()
    {
        await using var world = await servers.TamperedAsync(
            messages => [.. messages.Select(message => RawBroker.Read(message.Body).Version == 5
                ? (Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(message.Body).Replace("achievement-recorded.v1", "achievement-recorded.v9", StringComparison.Ordinal)), message.Properties)
                : message)],
            streams: ["a", "b"]);
        using var client = world.Taker.Client("*", "operator");
        await Eventually.TrueAsync(async () => (await ParkedAsync(client)).Count == 2, TwoServices.Patience, "both are parked", TestContext.Current.CancellationToken);
        await world.TakenAsync("b", 50);

        // As if this build had come since: it knows what b stopped at, and still not what a did.
        await TwoServices.ScalarAsync(world.TakerSuperuser, "update events.parked set type = replace(type, '.v9', '.v1') where stream = 'b'");
        await world.NotedAsync("b", 50);

        Assert.Equal(OneToFifty, await world.NotesAsync("b"));
        var parked = Assert.Single(await ParkedAsync(client));
        Assert.Equal(("a", 5L, 1), (parked.Stream, parked.Version, parked.Attempts));
        Assert.Contains("is not known to this build", parked.Error!, StringComparison.Ordinal);
        // Their source says it in a contract that is known, as after a rollback: an operator's word is enough.
        await RetryAsync(client, "a");
        Assert.Equal(OneToFifty, await world.NotesAsync("a"));
    }

    private static async Task<IReadOnlyList<ParkedItem>> ParkedAsync(HttpClient client)
        => (await client.GetFromJsonAsync<List<ParkedItem>>("/credential-issuance/parked", TestContext.Current.CancellationToken))!;

    private static async Task<ParkedOutcome> RetryAsync(HttpClient client, string stream)
    {
        using var answer = await SendRetryAsync(client, stream);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<ParkedOutcome>(TestContext.Current.CancellationToken))!;
    }

    private static async Task<HttpResponseMessage> SendRetryAsync(HttpClient client, string stream)
    {
        string id = (await ParkedAsync(client)).Single(parked => parked.Stream == stream).Id;
        return await client.PostAsync(
            new Uri($"/credential-issuance/parked/{id}/retry", UriKind.Relative), content: null, TestContext.Current.CancellationToken);
    }
}
