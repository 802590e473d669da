using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Pathways.EventStore;
using Pathways.Messaging.Topology;
using Pathways.Tests.Support;
using RabbitMQ.Client;

namespace Pathways.Benchmarks.EventStore;

/// <summary>
/// A service's publisher beside a bare RabbitMQ.Client loop with the same messages, lanes and confirms; and how long an event
/// waits from its commit to the broker's confirm.
/// </summary>
internal static class PublisherBench
{
    private const int Streams = 500;
    private const int EventsPerStream = 20;
    // As many as our publisher has: each waits for the confirm of its message before it sends the next.
    private const int Lanes = 64;
    private const int Rounds = 3;
    private const int Messages = Streams * EventsPerStream;

    public static async Task RunAsync(PostgresServer postgres, Report report, CancellationToken cancellation)
    {
        Report.Progress("publisher");
        await using var rabbit = await RabbitServer.StartAsync();
        await using var broker = await rabbit.CreateVirtualHostAsync();
        await using var services = await TwoServices.StartSourceAsync(postgres, broker);
        var sample = await SampleAsync(services, cancellation);
        await Parallel.ForEachAsync(Enumerable.Range(0, Streams), cancellation, async (stream, _) =>
            await services.AchieveAsync($"stream-{stream}", Enumerable.Range(0, EventsPerStream)));
        await services.PublishedAsync(Messages + 1);

        var (ours, bare) = (new Samples(), new Samples());
        // The first round of each warms up and is not counted.
        for (int round = 0; round <= Rounds; round++)
        {
            double published = await PublishAgainAsync(services);
            double publishedBare = await PublishBareAsync(broker, sample, cancellation);
            if (round == 0) continue;
            ours.Add(published);
            bare.Add(publishedBare);
        }
        report.Add("publisher", "messages per second", ours.Percentile(0.5), "1/s", ($"bare RabbitMQ.Client, confirms, {Lanes} channels", bare.Percentile(0.5)));

        var lag = await LagBench.MeasureAsync("subscription.lag", services.Source.Services.GetRequiredService<IEventStore>(), _ => new Achieved(1), cancellation);
        report.Add(LagBench.Label, "publish lag p50", lag.Percentile(0.5), "ms");
        report.Add(LagBench.Label, "publish lag p99", lag.Percentile(0.99), "ms");
    }

    /// <summary>The whole log, as if nothing of it had ever been published.</summary>
    private static async Task<double> PublishAgainAsync(TwoServices services)
    {
        await TwoServices.ScalarAsync(services.SourceSuperuser, "delete from events.public_heads");
        await services.ForgetPublisherPositionAsync();
        long started = Stopwatch.GetTimestamp();
        await services.PublishedAsync(Messages);
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>A message as the publisher sends it.</summary>
    private static async Task<BasicGetResult> SampleAsync(TwoServices services, CancellationToken cancellation)
    {
        await using var wire = await RawBroker.ConnectAsync(services.Broker.AdminUri);
        string observed = await wire.ObserveAsync();
        await services.AchieveAsync("sample", [1]);
        await services.PublishedAsync(1);
        var message = await wire.Channel.BasicGetAsync(observed, autoAck: true, cancellation);
        await wire.Channel.QueueDeleteAsync(observed, cancellationToken: cancellation);
        return message ?? throw new InvalidOperationException("Nothing was published.");
    }

    private static async Task<double> PublishBareAsync(Broker broker, BasicGetResult sample, CancellationToken cancellation)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(broker.AdminUri) }.CreateConnectionAsync(cancellation);
        var properties = new BasicProperties(sample.BasicProperties);
        long started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async _ =>
        {
            await using var channel = await connection.CreateChannelAsync(
                new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellation);
            for (int i = 0; i < Messages / Lanes; i++)
                await channel.BasicPublishAsync(BrokerTopology.Events, sample.RoutingKey, mandatory: true, properties, sample.Body, cancellation);
        }));
        return Messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }
}
