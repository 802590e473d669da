using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

public sealed class BrokerFaultTests(TestServers servers)
{
    [Fact]
    public async Task Takes_commands_while_the_broker_is_away_and_delivers_all_of_it_when_it_is_back()
    {
        await using var rabbit = await RabbitServer.StartAsync();
        var broker = await rabbit.CreateVirtualHostAsync();
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), broker);
        await world.AchieveAsync("a", [1, 2, 3]);
        await world.NotedAsync("a", 3);

        await rabbit.KillAsync();
        await world.AchieveAsync("a", [4, 5, 6]);
        var status = world.Taker.Services.GetRequiredService<MessagingStatus>();
        await Eventually.TrueAsync(() => status.Problems.Count > 0, TwoServices.Patience, "degraded", TestContext.Current.CancellationToken);
        await world.AchieveAsync("b", Enumerable.Range(1, 20));
        await rabbit.StartAgainAsync();
        await world.AchieveAsync("a", [7]);

        await world.NotedAsync("a", 7);
        await world.NotedAsync("b", 20);
        Assert.Equal(Enumerable.Range(1, 7), await world.NotesAsync("a"));
        Assert.Equal(Enumerable.Range(1, 20), await world.NotesAsync("b"));
        await Eventually.TrueAsync(() => status.Problems.Count == 0, TwoServices.Patience, "health says so", TestContext.Current.CancellationToken);
    }
}
