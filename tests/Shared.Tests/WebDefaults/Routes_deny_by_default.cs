using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Routes_deny_by_default(TallyUnderTest tally) : IClassFixture<TallyUnderTest>
{
    [Fact]
    public async Task Every_route_needs_one_of_its_scopes()
        => Assert.Empty(await RouteChecks.AuthorizationAsync(tally.Service));

    [Fact]
    public void A_route_that_says_nothing_about_its_callers_stops_the_host()
    {
        var careless = new ServiceDefinition("careless", [])
        {
            Routes = routes => routes.MapGet("/careless/secrets", () => TypedResults.Ok()),
        };
        var stopped = Assert.Throws<InvalidOperationException>(() => ServiceHost.Build([], careless));
        Assert.Contains("/careless/secrets", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_for_no_tenant_does_not_pass_for_one()
    {
        using var http = tally.Service.Client("*", Scopes.Define);
        var answer = await http.ReadAsync("/tally/who");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("tenant-required", answer.ProblemCode);
    }

    [Fact]
    public async Task An_operator_needs_no_tenant()
    {
        using var http = tally.Service.Client("*", Scopes.Operator);
        Assert.Equal("*", (await http.ReadAsync("/tally/who")).Json.GetProperty("tenant").GetString());
    }

    [Fact]
    public async Task The_tenant_and_the_actor_come_from_the_token()
    {
        using var http = tally.Service.Client("sophia", Scopes.Define);
        var answer = await http.SendAsync(HttpMethod.Get, "/tally/who", content: null, ("X-Request-Id", "request-7"), ("X-Tenant", "other"));
        Assert.Equal("sophia", answer.Json.GetProperty("tenant").GetString());
        Assert.Equal("test-client", answer.Json.GetProperty("actor").GetString());
        Assert.Equal("request-7", answer.Json.GetProperty("correlationId").GetString());
        Assert.Equal("request-7", answer.Headers.GetValues("X-Request-Id").Single());
    }

    [Fact]
    public async Task A_request_id_that_would_spoil_a_log_is_replaced()
    {
        using var http = tally.Service.Client("sophia", Scopes.Define);
        var answer = await http.SendAsync(HttpMethod.Get, "/tally/who", content: null, ("X-Request-Id", "a b\tc"));
        Assert.Matches("^[0-9a-f]{32}$", answer.Json.GetProperty("correlationId").GetString());
    }

    [Fact]
    public async Task Open_routes_and_health_need_no_token()
    {
        using var http = tally.Service.Client();
        foreach (string path in new[] { "/tally/open", "/alive", "/health", "/tally/openapi.json" })
            Assert.Equal(HttpStatusCode.OK, (await http.ReadAsync(path)).Status);
    }
}
