using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>Negative controls: the checks that every service has to pass do not pass what they are there for.</summary>
public sealed class Route_checks_see_what_is_wrong(PostgresFixture postgres)
{
    private static readonly ServiceDefinition Careless = new("careless", [])
    {
        Routes = routes =>
        {
            // Says that it needs a scope, and lets anybody with any token in.
            routes.MapGet("/careless/any", () => TypedResults.Ok())
                .RequireAuthorization(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
                .WithMetadata(new ScopeRequirement([Scopes.Issue]));
            routes.MapPost("/careless/lax", (Lax lax) => TypedResults.Ok(lax)).RequireScope(Scopes.Issue);
            routes.MapPost("/careless/wordy", (Wordy wordy) => ThrowAbout(wordy)).RequireScope(Scopes.Issue);
            routes.MapGet("/careless/byhand", (HttpContext http) => TypedResults.Ok(http.Request.Query["mine"].ToString())).RequireScope(Scopes.Issue);
            routes.MapGet("/careless/shrugs", () => TypedResults.Ok()).RequireScope(Scopes.Issue).ReadsQuery("surelyNotAParameter", "Nobody knows");
            routes.MapGet("/careless/hidden", () => TypedResults.Ok()).RequireScope(Scopes.Issue).ExcludeFromDescription();
        },
    };

    [Fact]
    public async Task An_open_door_a_lax_body_and_a_hidden_route_are_named()
    {
        var watched = new WatchedQuery();
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, Careless, services: services => services.AddSingleton<IStartupFilter>(watched));
        Assert.Equal(["GET /careless/any with other scopes: 200"], await RouteChecks.AuthorizationAsync(service));
        Assert.StartsWith("POST /careless/lax: 200", Assert.Single(await RouteChecks.UnknownMembersAsync(service)), StringComparison.Ordinal);
        Assert.All(await RouteChecks.TypeNamesAsync(service), wrong => Assert.StartsWith("POST /careless/wordy with {", wrong, StringComparison.Ordinal));
        Assert.NotEmpty(await RouteChecks.TypeNamesAsync(service));
        Assert.Equal(["GET /careless/hidden"], await RouteChecks.UndocumentedAsync(service));
        Assert.Equal(["HTTP: GET /careless/byhand reads mine"], await RouteChecks.UndeclaredParametersAsync(service, watched));
        var shrugged = (await RouteChecks.UnknownParametersAsync(service)).Where(wrong => !wrong.StartsWith("GET /careless/any", StringComparison.Ordinal));
        Assert.StartsWith("GET /careless/shrugs: 200", Assert.Single(shrugged), StringComparison.Ordinal);
    }

    private static string ThrowAbout(Wordy wordy) => throw new BadHttpRequestException($"There is something about {wordy.GetType().FullName}.");

    public sealed record Wordy(int? Number = null);

    [JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
    public sealed record Lax(int? Number = null);
}
