using System.Text;
using Pathways.Messaging.Wire;
using Pathways.Messaging.Topology;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using Xunit;

namespace Pathways.Tests.Support;

/// <summary>A look at the broker from outside, without any code of ours in between.</summary>
public sealed class RawBroker : IAsyncDisposable
{
    private readonly IConnection _connection;

    private RawBroker(IConnection connection, IChannel channel) => (_connection, Channel) = (connection, channel);

    public IChannel Channel { get; }

    public static async Task<RawBroker> ConnectAsync(string uri)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(uri) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        return new RawBroker(connection, await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken));
    }

    /// <summary>A queue of the test's own that gets every public event from now on.</summary>
    public async Task<string> ObserveAsync()
    {
        await Channel.QueueDeclareAsync("observed", durable: true, exclusive: false, autoDelete: false, cancellationToken: TestContext.Current.CancellationToken);
        await Channel.QueueBindAsync("observed", BrokerTopology.Events, "#", cancellationToken: TestContext.Current.CancellationToken);
        return "observed";
    }

    /// <summary>Takes what is in a queue now.</summary>
    public async Task<List<(byte[] Body, IReadOnlyBasicProperties Properties)>> DrainAsync(string queue)
    {
        var messages = new List<(byte[], IReadOnlyBasicProperties)>();
        while (await Channel.BasicGetAsync(queue, autoAck: true, TestContext.Current.CancellationToken) is { } message)
            messages.Add((message.Body.ToArray(), message.BasicProperties));
        return messages;
    }

    public async Task SendAsync(string queue, byte[] body, IReadOnlyBasicProperties? properties = null)
        => await Channel.BasicPublishAsync(
            "", queue, mandatory: true, properties is null ? new BasicProperties() : new BasicProperties(properties), body, TestContext.Current.CancellationToken);

    /// <summary>As a service publishes: to the exchange of public events.</summary>
    public async Task PublishAsync(string routingKey, string cloudEvent)
        => await Channel.BasicPublishAsync(BrokerTopology.Events, routingKey, Encoding.UTF8.GetBytes(cloudEvent), TestContext.Current.CancellationToken);

    /// <summary>Reads a stream from its first message, which others may have read before, until there are as many as expected.</summary>
    public async Task<List<string>> ReadStreamAsync(string queue, int count)
    {
        var messages = new List<string>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.BasicQosAsync(0, 100, global: false, TestContext.Current.CancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, delivery) =>
        {
            messages.Add(Encoding.UTF8.GetString(delivery.Body.Span));
            await channel.BasicAckAsync(delivery.DeliveryTag, multiple: false);
            if (messages.Count == count) enough.TrySetResult();
        };
        var fromFirst = new Dictionary<string, object?> { ["x-stream-offset"] = "first" };
        await channel.BasicConsumeAsync(queue, autoAck: false, "", noLocal: false, exclusive: false, fromFirst, consumer, TestContext.Current.CancellationToken);
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        return messages;
    }

    public Task<uint> CountAsync(string queue) => Channel.MessageCountAsync(queue, TestContext.Current.CancellationToken);

    public static IncomingEvent Read(byte[] body) => IncomingEvent.Parse(body);

    public static string Text(object? header) => header is byte[] bytes ? Encoding.UTF8.GetString(bytes) : $"{header}";

    public async ValueTask DisposeAsync()
    {
        await Channel.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
