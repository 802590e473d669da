using Pathways.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

/// <summary>A publishing and a taking service, and what may come between them.</summary>
internal static class Worlds
{
    public static readonly int[] OneToFifty = [.. Enumerable.Range(1, 50)];

    public static async Task<TwoServices> WorldAsync(this TestServers servers)
        => await TwoServices.StartAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());

    /// <summary>Fifty events of one stream, or of each, are published; the taker gets what <paramref name="tamper"/> makes of the messages.</summary>
    public static async Task<TwoServices> TamperedAsync(
        this TestServers servers,
        Func<(byte[] Body, IReadOnlyBasicProperties Properties)[], (byte[] Body, IReadOnlyBasicProperties Properties)[]> tamper,
        Func<TwoServices, Task>? beforeSending = null,
        params string[] streams)
    {
        var world = await TwoServices.StartSourceAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());
        await using var wire = await RawBroker.ConnectAsync(world.Broker.AdminUri);
        string observed = await wire.ObserveAsync();
        if (streams.Length == 0) streams = ["a"];
        foreach (string stream in streams) await world.AchieveAsync(stream, OneToFifty);
        await world.PublishedAsync(50 * streams.Length);
        await wire.Channel.QueuePurgeAsync(TwoServices.Queue, TestContext.Current.CancellationToken);
        var messages = await wire.DrainAsync(observed);
        Assert.Equal(50 * streams.Length, messages.Count);
        await world.StartTakerAsync();
        if (beforeSending is not null) await beforeSending(world);
        foreach (var (body, properties) in tamper([.. messages])) await wire.SendAsync(TwoServices.Queue, body, properties);
        return world;
    }
}
