using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Pathways.Tests.Support;
using RabbitMQ.Client;
using Xunit;

namespace Pathways.Tests.Deployment;

/// <summary>The private nodes that every other test stands on.</summary>
public sealed class SupportServersTests(TestServers servers)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_has_three_roles_that_cannot_reach_a_neighbour()
    {
        var postgres = await servers.PostgresAsync();
        var mine = await postgres.CreateDatabaseAsync("mine");
        await postgres.CreateDatabaseAsync("neighbour");

        Assert.Equal("mine_owner", await AskAsync(mine.OwnerConnectionString, "select current_user"));
        Assert.Equal("mine_daemon", await AskAsync(mine.DaemonConnectionString, "select current_user"));
        Assert.Equal("mine_app", await AskAsync(mine.AppConnectionString, "select current_user"));
        await AskAsync(mine.OwnerConnectionString, "create table secrets (x int)");

        var trespass = await Assert.ThrowsAsync<PostgresException>(
            () => AskAsync(mine.AppConnectionString.Replace("Database=mine", "Database=neighbour"), "select 1"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, trespass.SqlState);
        var ungranted = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(mine.AppConnectionString, "select x from secrets"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, ungranted.SqlState);
        var create = await Assert.ThrowsAsync<PostgresException>(() => AskAsync(mine.AppConnectionString, "create table t (x int)"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, create.SqlState);
    }

    [Fact]
    public async Task Durability_is_on()
    {
        var postgres = await servers.PostgresAsync();
        foreach (var setting in new[] { "fsync", "full_page_writes", "synchronous_commit" })
            Assert.Equal("on", await AskAsync(postgres.AdminConnectionString, $"show {setting}"));
    }

    [Fact]
    public async Task A_killed_server_comes_back_with_what_was_committed()
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.CreateDatabaseAsync("crash");
        await AskAsync(database.OwnerConnectionString, "create table kept as select 42 x");

        await postgres.KillAsync();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => AskAsync(database.OwnerConnectionString, "select x from kept"));
        await postgres.StartAgainAsync();

        Assert.Equal(42, await AskAsync(database.OwnerConnectionString, "select x from kept"));
    }

    [Fact]
    public async Task A_hung_server_answers_again_after_it_resumed()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var connection = new NpgsqlConnection(postgres.AdminConnectionString);
        await connection.OpenAsync(Ct);

        postgres.Pause();
        await using var command = new NpgsqlCommand("select 1", connection);
        var answer = command.ExecuteScalarAsync(Ct);
        Assert.NotSame(answer, await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(300), Ct)));
        postgres.Resume();

        Assert.Equal(1, await answer);
    }

    [Fact]
    public async Task A_virtual_host_holds_the_topology_and_admits_every_service()
    {
        var rabbit = await servers.RabbitAsync();
        await using var broker = await rabbit.CreateVirtualHostAsync();
        var described = LocalHost.Nodes.RabbitNode.Topology(LocalHost.Repository.Root).Part("queues").Select(q => q["name"]!.GetValue<string>()).Order();

        var queues = await rabbit.Management.GetFromJsonAsync<JsonArray>($"queues/{broker.VirtualHost}", Ct);

        Assert.Equal(described, queues!.Select(q => q!["name"]!.GetValue<string>()).Order());
        foreach (var service in LocalHost.Description.Topology.Read(LocalHost.Repository.Root).Services)
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(broker.Uri(service.Name)) }.CreateConnectionAsync(Ct);
            Assert.True(connection.IsOpen);
        }
    }

    [Fact]
    public async Task A_killed_broker_keeps_confirmed_messages()
    {
        await using var rabbit = await RabbitServer.StartAsync();
        var broker = await rabbit.CreateVirtualHostAsync(withTopology: false);
        var queue = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        await UseAsync(broker, channel => channel.QueueDeclareAsync("kept", true, false, false, queue, cancellationToken: Ct));
        // RabbitMQ writes down a new quorum queue's place with some delay: one that is killed within that second has lost
        // the queue, though none of its messages. Not what is asked here.
        await rabbit.StopAsync();
        await rabbit.StartAgainAsync();

        await UseAsync(broker, async channel =>
        {
            await channel.BasicPublishAsync("", "kept", true, new BasicProperties { Persistent = true }, new byte[] { 42 }, Ct);
            await rabbit.KillAsync();
        });
        await rabbit.StartAgainAsync();

        await UseAsync(broker, async channel => Assert.Equal(42, (await channel.BasicGetAsync("kept", true, Ct))!.Body.Span[0]));
    }

    /// <summary>On a connection of its own that is dropped, not closed: its broker may be gone.</summary>
    private static async Task UseAsync(Broker broker, Func<IChannel, Task> action)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(broker.AdminUri), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(Ct);
        var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), Ct);
        await action(channel);
        await connection.AbortAsync(TimeSpan.FromSeconds(1));
    }

    private static async Task<object?> AskAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }
}
