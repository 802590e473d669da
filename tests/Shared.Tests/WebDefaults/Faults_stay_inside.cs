using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Faults_stay_inside(PostgresFixture postgres)
{
    [Fact]
    public async Task An_exception_is_answered_without_its_detail()
    {
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Faulty, Silent());
        using var http = service.Client("sophia", Scopes.Define);
        var answer = await http.SendAsync(HttpMethod.Post, "/faulty/fault");
        Assert.Equal((HttpStatusCode.InternalServerError, "internal"), (answer.Status, answer.ProblemCode));
        Assert.DoesNotContain("hunter2", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_of_ours_that_can_not_be_read_is_no_fault_of_the_callers_and_is_logged()
    {
        using var log = new LoggedExceptions(LogLevel.Error);
        await using var service = await ServiceUnderTest.StartAsync(
            postgres.Server, Tally.Faulty, Silent(("Logging:LoggedExceptions:LogLevel:Default", "Error")), services => services.AddSingleton<ILoggerProvider>(log));
        using var http = service.Client("sophia", Scopes.Define);
        var answer = await http.SendAsync(HttpMethod.Post, "/faulty/stored");
        Assert.Equal((HttpStatusCode.InternalServerError, "internal"), (answer.Status, answer.ProblemCode));
        Assert.IsType<JsonException>(Assert.Single(log.Exceptions));
    }

    [Theory]
    [InlineData("/faulty/left-alone")]
    [InlineData("/faulty/silent")]
    public async Task A_dependency_that_does_not_answer_or_is_left_alone_may_be_asked_again(string path)
    {
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Faulty, Silent());
        using var http = service.Client("sophia", Scopes.Define);
        using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            postgres.Server, Tally.Faulty, Silent(("Limits:RequestSeconds", "1")));
        using var http = service.Client("sophia", Scopes.Define);
        var answer = await http.ReadAsync("/faulty/slow");
        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), (answer.Status, answer.ProblemCode));
    }

    [Fact]
    public async Task Too_many_requests_of_one_client_do_not_hinder_another()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            postgres.Server, Tally.Definition, Silent(("Limits:Burst", "5"), ("Limits:RequestsPerSecond", "1")));
        using var greedy = service.Client("sophia", Scopes.Define);
        using var other = service.Client("hutchinson", Scopes.Define);
        var answers = new List<Answer>();
        for (int i = 0; i < 30; i++) answers.Add(await greedy.ReadAsync("/tally/who"));
        var refused = answers.First(answer => answer.Status == HttpStatusCode.TooManyRequests);
        Assert.Equal("too-many-requests", refused.ProblemCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, (await other.ReadAsync("/tally/who")).Status);
    }

    [Fact]
    public async Task Without_the_database_requests_are_told_to_come_again()
    {
        var server = await PostgresServer.StartAsync();
        await using var stopped = server;
        await using var service = await ServiceUnderTest.StartAsync(server, Tally.Definition, Silent());
        using var http = service.Client("sophia", Scopes.Define);
        Assert.Equal(HttpStatusCode.OK, (await http.PostJsonAsync("/tally/one/count", new { by = 1 })).Status);
        await server.KillAsync();

        var answer = await http.PostJsonAsync("/tally/one/count", new { by = 1 });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (answer.Status, answer.ProblemCode));
        Assert.NotNull(answer.Headers.RetryAfter);
        var health = await http.ReadAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
        Assert.Equal("Unhealthy", health.Json.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.OK, (await http.ReadAsync("/alive")).Status);

        await server.StartAgainAsync();
        Assert.Equal(2, (await http.PostJsonAsync("/tally/one/count", new { by = 1 })).Json.GetProperty("version").GetInt64());
    }

    // What is provoked here on purpose would fill the test's output.
    private static Dictionary<string, string?> Silent(params (string Name, string Value)[] settings)
        => settings.Append(("Logging:LogLevel:Default", "None")).ToDictionary(setting => setting.Item1, string? (setting) => setting.Item2);
}
