using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Pathways.EventStore;
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
                http, "tally-one", Tally.Decider, _ => Kernel.Decision.Accept(new Counted(request.By)), (count, _) => count)).RequireScope(Scopes.Define);
            routes.MapGet("/watched/list", () => TypedResults.Ok()).ReadsProjection("stumbling").RequireScope(Scopes.Define);
        },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

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
