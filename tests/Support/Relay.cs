using Pathways.Messaging.Topology;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Pathways.Tests.Support;

/// <param name="Queue">The consumer's queue that it is for.</param>
public sealed record RelayedMessage(string Queue, byte[] Body, BasicProperties Properties);

/// <summary>
/// Stands between the exchange of public events and every consumer's queue, and hands on what a test makes of the
/// messages: more, fewer, others, in another order.
/// </summary>
public sealed class Relay : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly IConnection _connection;
    private readonly List<Lane> _lanes = [];

    private Relay(IConnection connection) => _connection = connection;

    /// <param name="window">So many messages of a queue are dealt together; fewer when no more come for a moment.</param>
    /// <param name="deal">What the consumer's queue gets instead.</param>
    public static async Task<Relay> PutInAsync(
        string brokerUri, int window, Func<IReadOnlyList<RelayedMessage>, IEnumerable<RelayedMessage>> deal, CancellationToken cancellation)
    {
        var relay = new Relay(await new ConnectionFactory { Uri = new Uri(brokerUri) }.CreateConnectionAsync(cancellation));
        foreach (var (service, sources) in BrokerTopology.Consumers)
        {
            foreach (var source in sources)
                relay._lanes.Add(await Lane.OpenAsync(relay._connection, BrokerTopology.QueueName(service, source), BrokerTopology.BindingKey(source), cancellation));
        }

        foreach (var lane in relay._lanes) lane.Dealing = lane.DealAsync(window, deal);
        return relay;
    }

    /// <summary>Everything goes its ordinary way again; what was held back is handed on first.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes) await lane.StepAsideAsync();
        foreach (var lane in _lanes) await lane.CloseAsync();
        await _connection.DisposeAsync();
    }

    private sealed class Lane(IChannel channel, string queue, string key)
    {
        private readonly System.Threading.Channels.Channel<BasicDeliverEventArgs> _came = System.Threading.Channels.Channel.CreateUnbounded<BasicDeliverEventArgs>();
        private string? _consumer;

        public Task Dealing { get; set; } = Task.CompletedTask;

        private string Own => $"relay.{queue}";

        public static async Task<Lane> OpenAsync(IConnection connection, string queue, string key, CancellationToken cancellation)
        {
            var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
            var lane = new Lane(await connection.CreateChannelAsync(confirmed, cancellation), queue, key);
            await lane.OpenAsync(cancellation);
            return lane;
        }

        /// <summary>Until what came is dealt out. The ordinary way is open before this one is closed: nothing is lost, some comes twice.</summary>
        public async Task StepAsideAsync()
        {
            await channel.ExchangeBindAsync(queue, BrokerTopology.Events, key);
            await channel.QueueUnbindAsync(Own, BrokerTopology.Events, key);
            await Eventually.TrueAsync(async () => await channel.MessageCountAsync(Own) == 0, TimeSpan.FromSeconds(30), "the relay has no messages left", CancellationToken.None);
            await channel.BasicCancelAsync(_consumer!);
            _came.Writer.Complete();
        }

        public async Task CloseAsync()
        {
            await Dealing;
            await channel.QueueDeleteAsync(Own, ifUnused: false, ifEmpty: false);
            await channel.DisposeAsync();
        }

        public async Task DealAsync(int window, Func<IReadOnlyList<RelayedMessage>, IEnumerable<RelayedMessage>> deal)
        {
            var held = new List<BasicDeliverEventArgs>();
            while (await MoreAsync(held, window))
            {
                if (held.Count == 0) continue;
                foreach (var message in deal([.. held.Select(ToMessage)]))
                    await channel.BasicPublishAsync("", message.Queue, mandatory: true, message.Properties, message.Body, CancellationToken.None);
                await channel.BasicAckAsync(held[^1].DeliveryTag, multiple: true, CancellationToken.None);
                held.Clear();
            }
        }

        private async Task OpenAsync(CancellationToken cancellation)
        {
            await channel.QueueDeclareAsync(Own, durable: true, exclusive: false, autoDelete: false, cancellationToken: cancellation);
            await channel.QueueBindAsync(Own, BrokerTopology.Events, key, cancellationToken: cancellation);
            await channel.ExchangeUnbindAsync(queue, BrokerTopology.Events, key, cancellationToken: cancellation);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += async (_, delivery) =>
            {
                // The body is the client's own buffer, which it takes back.
                var kept = new BasicDeliverEventArgs(
                    delivery.ConsumerTag, delivery.DeliveryTag, delivery.Redelivered, delivery.Exchange, delivery.RoutingKey, delivery.BasicProperties, delivery.Body.ToArray());
                await _came.Writer.WriteAsync(kept);
            };
            _consumer = await channel.BasicConsumeAsync(Own, autoAck: false, consumer, cancellation);
        }

        /// <summary>Fills the window. False when nothing will come any more.</summary>
        private async Task<bool> MoreAsync(List<BasicDeliverEventArgs> held, int window)
        {
            using var pause = new CancellationTokenSource(Pause);
            try
            {
                while (held.Count < window && await _came.Reader.WaitToReadAsync(pause.Token))
                {
                    while (held.Count < window && _came.Reader.TryRead(out var delivery)) held.Add(delivery);
                }
            }
            catch (OperationCanceledException)
            {
                // Nothing more came for a moment: what there is goes.
                return true;
            }

            return held.Count > 0 || !_came.Reader.Completion.IsCompleted;
        }

        private RelayedMessage ToMessage(BasicDeliverEventArgs delivery) => new(queue, delivery.Body.ToArray(), new BasicProperties(delivery.BasicProperties));
    }
}
