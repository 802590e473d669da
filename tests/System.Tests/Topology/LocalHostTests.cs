using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pathways.LocalHost;
using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Tests.Deployment;

/// <summary>LocalHost runs what tye.yaml says, keeps it running, and leaves nothing behind.</summary>
public sealed class LocalHostTests(RunningSystem system) : IClassFixture<RunningSystem>
{
    private static readonly TimeSpan RestartWithin = TimeSpan.FromSeconds(60);

    private static readonly HttpClient Http = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    [Fact]
    public void What_runs_is_what_is_described()
    {
        var described = system.Topology.Services.SelectMany(s => s.Ports.Select((port, i) => (s.ProcessName(i), (int?)port)))
            .Append(("postgres", system.Topology.PostgresPort)).Append(("rabbitmq", system.Topology.Rabbit.Amqp))
            .Append(("epmd", system.Topology.Rabbit.Epmd)).Append(("nginx", system.Topology.Door.Port));

        Assert.Equal(Phase.Ready, system.State.Phase);
        Assert.Equal(described.Order(), system.State.Processes.Select(p => (p.Name, p.Port)).Order());
        Assert.All(system.State.Processes, p => Assert.True(p.IsAlive, p.Name));
    }

    [Fact]
    public async Task Every_service_answers_through_the_door()
    {
        foreach (var service in system.Topology.Services)
        {
            // Another test here may just have killed one.
            await Eventually.TrueAsync(
                async () =>
                {
                    using var answer = await Http.GetAsync(new Uri(system.Origin, $"/{service.Name}/health"), Ct);
                    return answer.StatusCode == HttpStatusCode.OK && answer.Headers.GetValues("X-Request-Id").Count() == 1;
                },
                TimeSpan.FromSeconds(60), $"{service.Name} is healthy", Ct);
            var description = await Http.GetFromJsonAsync<JsonObject>(new Uri(system.Origin, $"/{service.Name}/openapi.json"), Ct);
            Assert.NotNull(description!["paths"]);
        }
    }

    [Fact]
    public async Task The_doors_root_says_what_this_is_and_where_to_go_on()
    {
        var welcome = (await Http.GetFromJsonAsync<JsonObject>(system.Origin, Ct))!;

        Assert.Equal("Pathways", (string?)welcome["name"]);
        Assert.Equal(system.Topology.Services.Select(service => service.Name), welcome["services"]!.AsArray().Select(service => (string)service!["name"]!));
        foreach (var link in welcome["services"]!.AsArray().SelectMany(service => (string[])[(string)service!["openapi"]!, (string)service["health"]!])
            .Append((string)welcome["token"]!["metadata"]!))
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var answer = await Http.GetAsync(new Uri(system.Origin, link), Ct);
                    return answer.IsSuccessStatusCode;
                },
                TimeSpan.FromSeconds(60), $"{link} answers", Ct);
        }
    }

    [Fact]
    public async Task An_unknown_route_and_an_oversized_body_are_the_doors_own_problems()
    {
        using var unknown = await Http.GetAsync(new Uri(system.Origin, "/feedback"), Ct);
        using var oversized = await Http.PostAsync(new Uri(system.Origin, "/transfer-recognition/x"), new ByteArrayContent(new byte[1024 * 1024 + 1]), Ct);

        await AssertProblemAsync(unknown, HttpStatusCode.NotFound, "not-found");
        await AssertProblemAsync(oversized, HttpStatusCode.RequestEntityTooLarge, "body-too-large");
    }

    [Theory]
    [InlineData("/pathway-stacking/stacks/%00", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("/pathway-stacking/stacks/%zz", HttpStatusCode.BadRequest, "invalid-request")]
    [InlineData("/.problems/400", HttpStatusCode.NotFound, "not-found")]
    public async Task An_address_that_can_not_be_read_is_the_doors_own_problem(string address, HttpStatusCode status, string code)
    {
        using var answer = await Http.GetAsync(new Uri($"{system.Origin.GetLeftPart(UriPartial.Authority)}{address}", AsWritten), Ct);

        await AssertProblemAsync(answer, status, code);
    }

    [Fact]
    public async Task An_address_that_is_too_long_is_the_doors_own_problem()
    {
        using var answer = await Http.GetAsync(new Uri(system.Origin, $"/feed?after={new string('x', 20_000)}"), Ct);

        await AssertProblemAsync(answer, HttpStatusCode.RequestUriTooLong, "uri-too-long");
    }

    [Fact]
    public async Task Headers_that_are_too_large_are_the_doors_own_problem()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(system.Origin, "/feed/events"));
        request.Headers.Add("X-Large", new string('x', 20_000));
        using var answer = await Http.SendAsync(request, Ct);

        await AssertProblemAsync(answer, HttpStatusCode.RequestHeaderFieldsTooLarge, "headers-too-large");
    }

    [Theory]
    [InlineData("learning-record")]
    [InlineData("nginx")]
    [InlineData("postgres")]
    [InlineData("rabbitmq")]
    public async Task What_is_killed_comes_back(string name)
    {
        var killed = system.Kill(name);

        await system.RestartedAsync(killed, RestartWithin, Ct);

        Assert.False(killed.IsAlive);
        Assert.True(system.Process(name).IsAlive);
        Assert.Equal(killed.Restarts + 1, system.Process(name).Restarts);
    }

    [Fact]
    public async Task Only_its_owner_can_read_the_secrets()
    {
        foreach (var file in Directory.EnumerateFiles(system.Data.Secrets))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(system.Data.Secrets));

        // The running service must not be able to do what only its migration may.
        var environment = await File.ReadAllTextAsync($"/proc/{system.Process("learning-record").Pid}/environ", Ct);
        Assert.Contains("ConnectionStrings__App=", environment);
        Assert.DoesNotContain("ConnectionStrings__Owner", environment);
    }

    [Fact]
    public async Task Refuses_a_second_start_on_the_same_data()
    {
        var (exitCode, output) = await system.LocalHostAsync("up", "--detach", "--no-sample", "--port", $"{system.Port}");

        Assert.Equal(1, exitCode);
        Assert.Contains("Another deploy/up runs in", output);
    }

    private static async Task AssertProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonObject>(Ct))!["code"]!.GetValue<string>());
    }
}

/// <summary>Ends: in good order, and when the supervisor itself is killed.</summary>
public sealed class LocalHostEndTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Down_leaves_nothing_running_and_keeps_the_data_and_the_next_start_knows_whose_it_is()
    {
        await using var system = new RunningSystem();
        await system.InitializeAsync();
        var operatorBefore = system.Operator;
        // The negative control: while it runs, the check must see it.
        Assert.NotEmpty(RunningFor(system));
        // As a data directory that is older than Access's list of institutions: a stream, and nobody who added whose it is.
        using (var nodes = new RunningNodes(system))
            await nodes.SqlAsync(system.Topology.Service("pathway-stacking").Database, "insert into events.mt_streams (tenant_id, id, version) values ('older-college', 'stack-1', 1), ('*', 'x', 1)", Ct);
        await Assert.ThrowsAsync<HttpRequestException>(() => DoorClient.TokenAsync(system, "older-college", "define", Ct));

        var (exitCode, _) = await system.LocalHostAsync("down");

        Assert.Equal(0, exitCode);
        Assert.Empty(RunningFor(system));
        Assert.Equal(Phase.Stopped, system.State.Phase);

        await system.InitializeAsync();
        Assert.Equal(operatorBefore, system.Operator);
        Assert.NotEmpty(await DoorClient.TokenAsync(system, "older-college", "define", Ct));
        await Assert.ThrowsAsync<HttpRequestException>(() => DoorClient.TokenAsync(system, "older-colege", "define", Ct));

        Signals.Send(system.State.Pid, Signal.Kill);
        await Eventually.TrueAsync(() => RunningFor(system).Count == 0, TimeSpan.FromSeconds(30), "a killed supervisor leaves nothing running", Ct);
    }

    /// <summary>Every process whose command line or environment names the data directory.</summary>
    private static List<string> RunningFor(RunningSystem system)
        => [.. Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), out var pid) && pid != Environment.ProcessId)
            .Select(folder => ReadOrNothing(folder + "/cmdline") + ReadOrNothing(folder + "/environ"))
            .Where(text => text.Contains(system.Data.Root, StringComparison.Ordinal))];

    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
