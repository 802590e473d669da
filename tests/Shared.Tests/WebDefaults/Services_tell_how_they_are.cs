using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Projections;
using Pathways.EventStore.Reading;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Services_tell_how_they_are(PostgresFixture postgres)
{
    private static readonly ServiceDefinition WithProjection = new("watched", Tally.Definition.EventTypes)
    {
        Services = services => services.AddProjection<Stumbling>(),
        Routes = routes =>
        {
            routes.MapPost("/watched/count", (Count request, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
                http, "tally-one", Tally.Decider, _ => request.By == 0 ? Kernel.Decision.Nothing : Kernel.Decision.Accept(new Counted(request.By)), (count, _) => count)).RequireScope(Scopes.Define);
            routes.MapGet("/watched/list", () => TypedResults.Ok()).ReadsProjection("stumbling").RequireScope(Scopes.Define);
        },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_does_not_know_where_Access_is_says_so_and_does_not_start()
    {
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => ServiceUnderTest.StartAsync(
            postgres.Server, Tally.Definition, new Dictionary<string, string?> { ["Logging:LogLevel:Default"] = "None" }, ownKeys: true));
        Assert.Contains("Access:Url is not configured", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_projection_that_stands_still_degrades_health_and_says_so()
    {
        await using var service = await StartAsync();
        using var http = service.Client("sophia", Scopes.Define);
        await http.PostJsonAsync("/watched/count", new { by = Stumbling.Stone });
        var health = await Eventually.SeeAsync(
            async () => await http.ReadAsync("/health") is var answer && answer.Json.GetProperty("status").GetString() == "Degraded" ? answer : null,
            TimeSpan.FromSeconds(20),
            "degraded health",
            Cancellation);
        Assert.Equal(HttpStatusCode.OK, health.Status);
        Assert.Contains("stumbling", health.Json.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("stone", health.Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_log_that_is_not_the_one_whose_heads_were_kept_degrades_health_and_says_so()
    {
        await using var service = await StartAsync();
        using var http = service.Client("sophia", Scopes.Define);
        var status = service.Services.GetRequiredService<EventStoreStatus>();

        status.HeadsFailed(new IOException("/secret/place is full"), DateTimeOffset.UnixEpoch);
        var failing = await http.ReadAsync("/health");
        status.HeadsFailed(new LogBehindItsHeadsException("/secret/place"), DateTimeOffset.UnixEpoch);
        var behind = await http.ReadAsync("/health");
        status.HeadsKept();

        Assert.All([failing, behind], health => Assert.Equal("Degraded", health.Json.GetProperty("status").GetString()));
        Assert.Contains("not being signed and kept since 1970", failing.Json.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.Contains("cut, or restored", behind.Json.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failing.Body + behind.Body, StringComparison.Ordinal);
        Assert.Equal("Healthy", (await http.ReadAsync("/health")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_reader_waits_for_the_position_that_it_names()
    {
        await using var service = await StartAsync();
        using var http = service.Client("sophia", Scopes.Define, Scopes.Audit);
        await http.PostJsonAsync("/watched/count", new { by = 1 });
        Assert.Equal(HttpStatusCode.OK, (await http.ReadAsync("/watched/list?minPosition=1")).Status);
        var early = await http.ReadAsync("/watched/list?minPosition=1000");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "projection-behind"), (early.Status, early.ProblemCode));
        Assert.NotNull(early.Headers.RetryAfter);
        Assert.Equal("invalid-request", (await http.ReadAsync("/watched/list?minPosition=soon")).ProblemCode);
    }

    [Fact]
    public async Task A_writer_is_told_its_last_event_and_a_reader_waits_for_it()
    {
        await using var service = await StartAsync();
        using var http = service.Client("sophia", Scopes.Define);
        var written = await http.PostJsonAsync("/watched/count", new { by = 1 }, ("Idempotency-Key", "one"));
        Assert.Equal(HttpStatusCode.OK, (await http.ReadAsync($"/watched/list?minPosition={LastEvent(written)}")).Status);

        Assert.Equal(LastEvent(written), LastEvent(await http.PostJsonAsync("/watched/count", new { by = 1 }, ("Idempotency-Key", "one"))));
        Assert.NotEqual(LastEvent(written), LastEvent(await http.PostJsonAsync("/watched/count", new { by = 1 })));
        Assert.False((await http.PostJsonAsync("/watched/count", new { by = 0 })).Headers.Contains(MinPosition.Header));
    }

    [Fact]
    public async Task A_reader_is_told_at_once_that_an_event_is_not_there()
    {
        await using var service = await StartAsync();
        using var http = service.Client("sophia", Scopes.Define);
        using var stranger = service.Client("utah-state", Scopes.Define);
        var written = await http.PostJsonAsync("/watched/count", new { by = 1 });

        foreach (var refused in new[] { await http.ReadAsync($"/watched/list?minPosition={Guid.NewGuid()}"), await stranger.ReadAsync($"/watched/list?minPosition={LastEvent(written)}") })
        {
            Assert.Equal((HttpStatusCode.BadRequest, "unknown-position"), (refused.Status, refused.ProblemCode));
            Assert.Equal("minPosition", refused.Json.GetProperty("place").GetString());
        }
    }

    [Fact]
    public async Task An_event_that_has_no_position_yet_is_waited_for()
    {
        await using var service = await StartAsync();
        using var http = service.Client("sophia", Scopes.Define);
        await using var owner = new NpgsqlConnection(service.Database.OwnerConnectionString);
        await owner.OpenAsync(Cancellation);
        await using (var holding = await owner.BeginTransactionAsync(Cancellation))
        {
            // No sealer gets past its first statement.
            await using var hold = new NpgsqlCommand("lock table events.log_head in access exclusive mode", owner);
            await hold.ExecuteNonQueryAsync(Cancellation);
            var written = await http.PostJsonAsync("/watched/count", new { by = 1 });
            var early = await http.ReadAsync($"/watched/list?minPosition={LastEvent(written)}");
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "projection-behind"), (early.Status, early.ProblemCode));
            Assert.Equal(TimeSpan.FromSeconds(1), early.Headers.RetryAfter?.Delta);

            var waiting = http.ReadAsync($"/watched/list?minPosition={LastEvent(written)}");
            await holding.RollbackAsync(Cancellation);
            Assert.Equal(HttpStatusCode.OK, (await waiting).Status);
        }
    }

    [Fact]
    public async Task A_request_that_runs_is_answered_before_the_service_stops()
    {
        var arrived = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var definition = new ServiceDefinition("ending", [])
        {
            Routes = routes => routes.MapGet("/ending/wait", async () =>
            {
                arrived.SetResult();
                await goOn.Task;
                return TypedResults.Ok("done");
            }).RequireScope(Scopes.Define),
        };
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, definition);
        using var http = service.Client("sophia", Scopes.Define);
        var answer = http.ReadAsync("/ending/wait");
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
        var stopped = service.Services.GetRequiredService<IHost>().StopAsync(Cancellation);
        Assert.False(stopped.IsCompleted);
        goOn.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await answer).Status);
        await stopped.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    private static string LastEvent(Answer answer) => answer.Headers.GetValues(MinPosition.Header).Single();

    private Task<ServiceUnderTest> StartAsync() => ServiceUnderTest.StartAsync(
        postgres.Server, WithProjection, new Dictionary<string, string?> { ["Logging:LogLevel:Default"] = "None" });

    public sealed class Stumbling : IProjection
    {
        public const int Stone = 13;

        public string Name => "stumbling";

        public int Version => 1;

        public string Schema => "create table if not exists read.stumbling_v1 (tenant_id varchar not null); select events.protect('read.stumbling_v1')";

        public Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation)
            => batch.Any(sealedEvent => sealedEvent.Event.Data is Counted { By: Stone })
                ? throw new InvalidOperationException("A stone lies in the way.")
                : Task.CompletedTask;
    }
}
