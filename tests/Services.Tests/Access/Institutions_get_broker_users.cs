using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Pathways.Access;
using Pathways.Access.Api;
using Pathways.Access.FeedUsers;
using Pathways.InstitutionFeed;
using Pathways.InstitutionFeed.Queues;
using Pathways.Messaging.Topology;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace Pathways.Services.Tests.Access;

/// <summary>Broker users are the whole node's: each test has institutions of its own.</summary>
public sealed class Institutions_get_broker_users(TestServers servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_reads_its_own_queue_from_the_first_event_and_can_do_nothing_else()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var access = await AccessAsync(broker);
        await using var feed = await ServiceUnderTest.StartAsync(
            servers, InstitutionFeedService.Definition, new Dictionary<string, string?> { ["RabbitMq:Uri"] = broker.Uri("institution-feed") });
        await using var admin = await RawBroker.ConnectAsync(broker.AdminUri);
        string own = await OpenQueueAsync(feed, "reading"), named = await OpenQueueAsync(feed, "reading", "warehouse"), others = await OpenQueueAsync(feed, "reading-2");
        string published = await PublishAsync(admin, "reading"), foreign = await PublishAsync(admin, "reading-2");
        var user = await CreateAsync(access, "reading");

        await using (var wire = await RawBroker.ConnectAsync(UriOf(broker, user)))
        {
            Assert.Equal([published], await wire.ReadStreamAsync(own, 1));
            Assert.Equal([published], await wire.ReadStreamAsync(own, 1));
            Assert.Equal([published], await wire.ReadStreamAsync(named, 1));
        }

        var attempts = new Dictionary<string, Func<IChannel, Task>>
        {
            ["consume another's"] = channel => ConsumeAsync(channel, others),
            ["consume a service's"] = channel => ConsumeAsync(channel, "institution-feed.from.learning-record", stream: false),
            ["publish an event"] = channel => SendAsync(channel, BrokerTopology.Events, "learning-record.achievement-withdrawn.v1"),
            ["publish to the feed"] = channel => SendAsync(channel, BrokerTopology.Feed, "reading.x"),
            ["publish into its queue"] = channel => SendAsync(channel, "", own),
            ["declare a queue"] = channel => channel.QueueDeclareAsync("institution.reading.mine", durable: true, exclusive: false, autoDelete: false, cancellationToken: Cancellation),
            ["declare a queue without a name"] = channel => channel.QueueDeclareAsync(cancellationToken: Cancellation),
            ["declare an exchange"] = channel => channel.ExchangeDeclareAsync("institution.reading.x", "fanout", cancellationToken: Cancellation),
            ["bind its queue"] = channel => channel.QueueBindAsync(own, BrokerTopology.Events, "#", cancellationToken: Cancellation),
            ["unbind its queue"] = channel => channel.QueueUnbindAsync(own, BrokerTopology.Feed, BrokerTopology.FeedBindingKey("reading"), cancellationToken: Cancellation),
            ["delete its queue"] = channel => channel.QueueDeleteAsync(own, ifUnused: false, ifEmpty: false, cancellationToken: Cancellation),
        };
        foreach (var (what, attempt) in attempts)
        {
            Assert.Equal((what, (ushort?)Constants.AccessRefused), (what, await RefusalAsync(UriOf(broker, user), attempt)));
        }

        // The attempts are such that somebody with the right succeeds.
        foreach (var (what, attempt) in attempts) Assert.Equal((what, (ushort?)null), (what, await RefusalAsync(broker.AdminUri, attempt)));
        Assert.Equal([foreign], await admin.ReadStreamAsync(others, 1));
    }

    [Fact]
    public async Task A_rotated_secret_and_a_revoked_user_are_over_at_once_with_what_is_connected()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var access = await AccessAsync(broker);
        using var client = access.Client("*", "operator");
        var first = await CreateAsync(access, "rotating", "etl");
        await using var before = await ConnectAsync(UriOf(broker, first));
        Assert.Equal("institution.rotating.etl", first.User);

        var second = await ReadAsync<FeedUserWithSecret>(await client.PostAsync(Path($"/{first.User}/rotate"), content: null, Cancellation));
        await ClosedAsync(before);
        await RefusedAsync(UriOf(broker, first));
        await using var after = await ConnectAsync(UriOf(broker, second));

        var revoked = await ReadAsync<FeedUserView>(await client.PostAsJsonAsync(Path($"/{first.User}/revoke"), new { reason = "The contract ended." }, Cancellation));
        await ClosedAsync(after);
        await RefusedAsync(UriOf(broker, first));
        await RefusedAsync(UriOf(broker, second));

        Assert.Equal(new FeedUserView(first.User, "rotating", "etl", Revoked: true, AtBroker: true), revoked);
        Assert.Equal([revoked], await ListAsync(client, "rotating"));
        var unknown = await client.ReadAsync("/access/feed-users?tenant=nobody");
        Assert.Equal((HttpStatusCode.BadRequest, "tenant-unknown"), (unknown.Status, unknown.ProblemCode));
        using var again = await client.PostAsync(Path($"/{first.User}/rotate"), content: null, Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        var third = await CreateAsync(access, "rotating", "etl");
        await using var anew = await ConnectAsync(UriOf(broker, third));
        await RefusedAsync(UriOf(broker, second));
    }

    [Fact]
    public async Task Its_secret_is_stored_nowhere_and_who_did_what_can_be_audited()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var access = await AccessAsync(broker);
        using var client = access.Client("*", "operator");
        var user = await CreateAsync(access, "auditing");
        using var revoked = await client.PostAsJsonAsync(Path($"/{user.User}/revoke"), new { reason = "Moved." }, Cancellation);

        await using var database = NpgsqlDataSource.Create(access.Database.DaemonConnectionString);
        await using var command = database.CreateCommand("select count(*) from events.mt_events where data::text like '%' || $1 || '%'");
        command.Parameters.Add(new() { Value = user.Secret });
        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
        command.Parameters[0].Value = user.User;
        Assert.Equal(2L, await command.ExecuteScalarAsync(Cancellation));
        var audit = await client.GetFromJsonAsync<JsonElement>(new Uri($"/access/audit/streams/{FeedUserSet.Stream}", UriKind.Relative), Cancellation);
        Assert.Equal(["feed_user_created", "feed_user_revoked"], audit.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
    }

    [Fact]
    public async Task What_the_broker_did_not_hear_or_has_lost_is_made_as_it_was_decided()
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var deaf = await AccessAsync(broker, management: "http://127.0.0.1:1/");
        var user = await CreateAsync(deaf, "healing");
        Assert.False(user.AtBroker);
        await RefusedAsync(UriOf(broker, user));

        await using var hearing = await deaf.StartBesideAsync(AccessService.Definition, Settings(broker, broker.Server.Management.BaseAddress!));
        using var client = hearing.Client("*", "operator");
        await InEffectAsync(client);
        await using (await ConnectAsync(UriOf(broker, user)))
        using (var taken = await broker.Server.Management.PutAsJsonAsync(
            new Uri($"permissions/{broker.VirtualHost}/{user.User}", UriKind.Relative), new { configure = ".*", write = ".*", read = ".*" }, Cancellation))
        {
            taken.EnsureSuccessStatusCode();
        }
        Assert.False(Assert.Single(await ListAsync(client, "healing")).AtBroker);
        await InEffectAsync(client);

        using (var lost = await broker.Server.Management.DeleteAsync(new Uri($"users/{user.User}", UriKind.Relative), Cancellation)) lost.EnsureSuccessStatusCode();
        await InEffectAsync(client);
        await using var again = await ConnectAsync(UriOf(broker, user));
    }

    [Theory]
    [InlineData("nobodys-tenant", null, "tenant-unknown")]
    [InlineData("refusing", "Not.A Name", "feed-user-name-invalid")]
    [InlineData("refus.*", null, "tenant-name-invalid")]
    [InlineData("refusing", "twice", "feed-user-exists")]
    public async Task One_that_can_not_be_is_refused(string tenant, string? name, string code)
    {
        await using var broker = await (await servers.RabbitAsync()).CreateVirtualHostAsync();
        await using var access = await AccessAsync(broker);
        await CreateAsync(access, "refusing", "twice");
        using var client = access.Client("*", "operator");
        using var answer = await client.PostAsJsonAsync(Path(""), new CreateFeedUser(tenant, name), Cancellation);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    private Task<ServiceUnderTest> AccessAsync(Broker broker, string? management = null)
        => ServiceUnderTest.StartAsync(servers, AccessService.Definition, Settings(broker, new Uri(management ?? broker.Server.Management.BaseAddress!.ToString())));

    private static Dictionary<string, string?> Settings(Broker broker, Uri management) => new()
    {
        ["RabbitMq:Uri"] = broker.Uri("access"),
        ["RabbitMq:Management"] = new Uri(management, "/").ToString(),
    };

    private static async Task<FeedUserWithSecret> CreateAsync(ServiceUnderTest access, string tenant, string? name = null)
    {
        using var client = access.Client("*", "operator");
        using var added = await client.PostAsJsonAsync(new Uri("/access/tenants", UriKind.Relative), new AddTenant(tenant), Cancellation);
        added.EnsureSuccessStatusCode();
        return await ReadAsync<FeedUserWithSecret>(await client.PostAsJsonAsync(Path(""), new CreateFeedUser(tenant, name), Cancellation));
    }

    private static async Task<List<FeedUserView>> ListAsync(HttpClient client, string tenant)
        => (await client.GetFromJsonAsync<List<FeedUserView>>(Path($"?tenant={tenant}"), Cancellation))!;

    private static Task InEffectAsync(HttpClient client) => Eventually.TrueAsync(
        async () => (await ListAsync(client, "healing")).Single().AtBroker == true, Patience, "the user at the broker", Cancellation);

    private static Uri Path(string path) => new($"/access/feed-users{path}", UriKind.Relative);

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
            Assert.True(answer.Headers.CacheControl?.NoStore);
            return (await answer.Content.ReadFromJsonAsync<T>(Cancellation))!;
        }
    }

    private static string UriOf(Broker broker, FeedUserWithSecret user)
        => new UriBuilder(broker.AdminUri) { UserName = user.User, Password = user.Secret }.Uri.ToString();

    private static Task<IConnection> ConnectAsync(string uri)
        => new ConnectionFactory { Uri = new Uri(uri), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(Cancellation);

    private static Task ClosedAsync(IConnection connection)
        => Eventually.TrueAsync(() => !connection.IsOpen, TimeSpan.FromSeconds(5), "a closed connection", Cancellation);

    private static async Task RefusedAsync(string uri)
    {
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(uri));
        Assert.IsType<AuthenticationFailureException>(refused.InnerException);
    }

    /// <summary>The reply code with which the broker closed the channel; null when it let the attempt pass.</summary>
    private static async Task<ushort?> RefusalAsync(string uri, Func<IChannel, Task> attempt)
    {
        await using var connection = await ConnectAsync(uri);
        await using var channel = await connection.CreateChannelAsync(Confirmed, Cancellation);
        try
        {
            await attempt(channel);
        }
        catch (Exception e) when (e is OperationInterruptedException or PublishException)
        {
            await Eventually.TrueAsync(() => channel.IsClosed, TimeSpan.FromSeconds(5), "a closed channel", Cancellation);
        }
        return channel.CloseReason?.ReplyCode;
    }

    private static async Task ConsumeAsync(IChannel channel, string queue, bool stream = true)
    {
        await channel.BasicQosAsync(0, 10, global: false, Cancellation);
        var arguments = stream ? new Dictionary<string, object?> { ["x-stream-offset"] = "first" } : [];
        await channel.BasicConsumeAsync(
            queue, autoAck: false, "", noLocal: false, exclusive: false, arguments, new AsyncDefaultBasicConsumer(channel), Cancellation);
    }

    private static async Task SendAsync(IChannel channel, string exchange, string routingKey)
        => await channel.BasicPublishAsync(exchange, routingKey, mandatory: false, new BasicProperties(), "{}"u8.ToArray(), Cancellation);

    private static async Task<string> OpenQueueAsync(ServiceUnderTest feed, string tenant, string? name = null)
    {
        using var client = feed.Client(tenant, "feed");
        using var answer = await client.PostAsJsonAsync(new Uri("/feed/queues", UriKind.Relative), new OpenQueueRequest(name), Cancellation);
        answer.EnsureSuccessStatusCode();
        string queue = BrokerTopology.OfInstitution(tenant, name ?? "");
        await Eventually.TrueAsync(
            async () => (await client.GetFromJsonAsync<List<QueueView>>(new Uri("/feed/queues", UriKind.Relative), Cancellation))!.Exists(view => view.Queue == queue && view.Ready),
            Patience, "a queue that is ready", Cancellation);
        return queue;
    }

    private static async Task<string> PublishAsync(RawBroker wire, string tenant)
    {
        string cloudEvent = new CloudEvent(
            Guid.CreateVersion7(), CloudEvent.SourceOf(tenant, "learning-record"), "pathways.learning-record.achievement-withdrawn.v1", "statement-1",
            DateTimeOffset.UnixEpoch, "1", "0", DateTimeOffset.UnixEpoch, "correlation-1", null,
            JsonSerializer.SerializeToElement(new { learnerId = "learner-1", recordId = "record-1", activityId = "https://example.org/a", reason = "voided" })).ToJson();
        await wire.PublishAsync("learning-record.achievement-withdrawn.v1", cloudEvent);
        return cloudEvent;
    }
}
