using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.InstitutionFeed;
using Pathways.InstitutionFeed.Queues;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.InstitutionFeed;

/// <summary>What the feed's tests do again and again: start it, publish to it, open queues.</summary>
internal static class FeedCalls
{
    public const string Tenant = "utah-state";
    public const string Known = "pathways.learning-record.achievement-withdrawn.v1";

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<ServiceUnderTest> StartAsync(TestServers servers, Broker broker, Action<IServiceCollection>? services = null)
        => await ServiceUnderTest.StartAsync(await servers.PostgresAsync(), InstitutionFeedService.Definition, Settings(broker), services);

    /// <summary>A further process on the same database.</summary>
    public static Task<ServiceUnderTest> StartBesideAsync(ServiceUnderTest first, Broker broker) => first.StartBesideAsync(InstitutionFeedService.Definition, Settings(broker));

    private static Dictionary<string, string?> Settings(Broker broker) => new() { ["RabbitMq:Uri"] = broker.Uri("institution-feed") };

    public static async Task<List<string>> PublishAsync(RawBroker wire, string tenant, string stream, int from, int to)
    {
        var published = new List<string>();
        for (int version = from; version <= to; version++)
        {
            published.Add(Event(tenant, stream, version, Known));
            await wire.PublishAsync("learning-record.achievement-withdrawn.v1", published[^1]);
        }
        return published;
    }

    public static string Event(string tenant, string stream, int version, string type) => new CloudEvent(
        Guid.CreateVersion7(), CloudEvent.SourceOf(tenant, "learning-record"), type, stream, DateTimeOffset.UtcNow, $"{version}", $"{version - 1}",
        DateTimeOffset.UtcNow, "correlation-1", null,
        JsonSerializer.SerializeToElement(new { learnerId = "learner-1", recordId = $"record-{version}", activityId = "https://example.org/a", reason = "voided" })).ToJson();

    public static async Task<QueueView> OpenAsync(HttpClient client, string? name = null)
    {
        using var answer = await client.PostAsJsonAsync("/feed/queues", new OpenQueueRequest(name), Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await Eventually.TrueAsync(async () => (await OpenedAsync()).Ready, Patience, "a queue that is ready", Cancellation);
        using var again = await client.PostAsJsonAsync("/feed/queues", new OpenQueueRequest(name), Cancellation);
        Assert.True((await again.Content.ReadFromJsonAsync<QueueView>(Cancellation))!.Ready);
        return await OpenedAsync();

        async Task<QueueView> OpenedAsync() => (await QueuesAsync(client)).Single(queue => queue.Name == (name ?? ""));
    }

    public static async Task<List<QueueView>> QueuesAsync(HttpClient client) => (await client.GetFromJsonAsync<List<QueueView>>("/feed/queues", Cancellation))!;
}
