using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Pathways.EventStore.Integrity;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

/// <summary>To whoever asks for a head, and to an auditor who keeps the heads of all services.</summary>
public sealed class Logs_that_were_cut_are_told(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Cut = "learning-record";

    private readonly TemporaryFolder _folder = new("auditor");
    private ServiceUnderTest _service = null!;
    private HttpClient _http = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // The service that was cut is the door as well; the other services behind it show the same heads, and sign.
        _service = await ServiceUnderTest.StartAsync(postgres.Server, new ServiceDefinition(Cut, Tally.Definition.EventTypes)
        {
            Routes = routes =>
            {
                Tally.Definition.Routes(routes);
                routes.MapPost("/oauth/token", () => TypedResults.Ok(new { access_token = _service.TokenFor("*", Scopes.Operator) })).AllowAnonymous();
                routes.MapPost("/{other}/audit/checkpoints", (string other, long after) => TypedResults.Ok($"{other} {after}")).RequireScope(Scopes.Operator);
                routes.MapGet("/{other}/audit/checkpoints", async (string other, long after, Checkpoints checkpoints, CheckpointKey key) =>
                    TypedResults.Ok(new CheckpointsView($"{key.Verifier}", await checkpoints.AfterAsync(after, 200, Ct)))).RequireScope(Scopes.Operator);
            },
        });
        _http = _service.Client("*", Scopes.Operator);
        using var counter = _service.Client("sophia", Scopes.Define);
        for (int i = 0; i < 3; i++) await counter.PostJsonAsync($"/tally/{i}/count", new { by = 1 });
        await Eventually.TrueAsync(async () => (await _http.ReadAsync($"/{Cut}/audit/head")).Json.GetProperty("position").GetInt64() == 3, TimeSpan.FromSeconds(20), "all is sealed", Ct);
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(HttpMethod.Post, $"/{Cut}/audit/checkpoints")).Status);
        string database = new NpgsqlConnectionStringBuilder(_service.Database.OwnerConnectionString).Database!;
        await using var superuser = NpgsqlDataSource.Create(postgres.Server.SuperuserConnectionString(database));
        await using var cut = superuser.CreateCommand(PostgresServer.WithoutTriggers + """
            delete from events.log where position > 2;
            update events.log_head set position = 2, hash = (select hash from events.log where position = 2);
            """);
        await cut.ExecuteNonQueryAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _service.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_log_that_does_not_go_on_from_its_last_head_gets_no_new_one()
    {
        var refused = await _http.SendAsync(HttpMethod.Post, $"/{Cut}/audit/checkpoints");

        Assert.Equal((HttpStatusCode.Conflict, "log-behind-its-heads"), (refused.Status, refused.ProblemCode));
        Assert.Equal("The last head has size 3; the log ends at 2.", refused.Json.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task An_auditor_is_told_of_it_and_keeps_the_heads_of_the_other_services()
    {
        var (exitCode, answers) = await KeepAsync();

        Assert.Equal(1, exitCode);
        var told = Assert.Single(answers, answer => answer!["fault"] is not null)!;
        Assert.Equal((Cut, "Rewritten"), ((string)told["service"]!, (string)told["fault"]!["kind"]!));
        Assert.Contains("the log ends at 2", (string)told["fault"]!["message"]!, StringComparison.Ordinal);
        var others = answers.Select(answer => (string)answer!["service"]!).Where(service => service != Cut).ToList();
        Assert.NotEmpty(others);
        Assert.Equal(others.Order(StringComparer.Ordinal), Directory.GetFiles(_folder.Sub("heads")).Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
    }

    /// <summary><c>audit heads keep</c>, on a system of which only the door is there.</summary>
    private async Task<(int ExitCode, JsonArray Answers)> KeepAsync()
    {
        var data = new DataDirectory(_folder.Path);
        data.Create();
        await File.WriteAllTextAsync(data.OperatorFile, JsonSerializer.Serialize(new OperatorClient("operator", "secret"), JsonSerializerOptions.Web), Ct);
        int pid = Environment.ProcessId;
        new RunState(pid, Signals.StartTime(pid)!.Value, Phase.Ready, null, $"{_service.Address}", _service.Address.Port, []).Write(data);
        string cli = Path.Combine(Repository.Root, "deploy/Cli/bin", Repository.Configuration, "net10.0/Pathways.Cli.dll");
        using var process = Process.Start(new ProcessStartInfo(DotnetHost.Path, [cli, "audit", "heads", "keep", _folder.Sub("heads"), "--json", "--data", _folder.Path])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        string output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);
        Assert.Equal("", await errors);
        return (process.ExitCode, JsonNode.Parse(output)!.AsArray());
    }
}
