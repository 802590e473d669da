using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pathways.EventStore.Integrity;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;
using Pathways.Shared.Tests.WebDefaults;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

/// <summary>
/// <c>deploy/pathways audit heads keep</c>, on a system of which one service is there. It is the door as well; what the other services
/// behind it would show and answer, the test says.
/// </summary>
public sealed class KeepingHeads(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Real = "learning-record";

    // The second that is asked, so that others come after it.
    private const string Other = "credential-issuance";

    private readonly TemporaryFolder _folder = new("auditor");
    private readonly ECDsa _othersKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Dictionary<string, IResult> _refusals = [];
    private readonly Dictionary<string, string[]> _notes = [];
    private readonly Dictionary<string, string> _shown = [];
    private ServiceUnderTest _service = null!;
    private TallyLog _log = null!;

    public async ValueTask InitializeAsync()
    {
        var definition = new ServiceDefinition(Real, Tally.Definition.EventTypes)
        {
            Routes = routes =>
            {
                Tally.Definition.Routes(routes);
                routes.MapPost("/oauth/token", () => TypedResults.Ok(new { access_token = _service.TokenFor("*", Scopes.Operator) })).AllowAnonymous();
                routes.MapPost("/{other}/audit/checkpoints", (string other, long after) => _refusals.GetValueOrDefault(other) ?? TypedResults.Ok(after)).RequireScope(Scopes.Operator);
                routes.MapGet("/{other}/audit/checkpoints", (string other, long after) => _shown.TryGetValue(other, out string? shown) ? (IResult)TypedResults.Text(shown, "application/json") : TypedResults.Ok(ViewOf(other, after))).RequireScope(Scopes.Operator);
            },
        };
        _service = await ServiceUnderTest.StartAsync(postgres.Server, definition, TallyLog.SignedByTheTestAlone);
        _log = new TallyLog(postgres.Server, _service);
        var data = new DataDirectory(_folder.Path);
        data.Create();
        await File.WriteAllTextAsync(data.OperatorFile, JsonSerializer.Serialize(new OperatorClient("operator", "secret"), JsonSerializerOptions.Web), Cancellation);
        int pid = Environment.ProcessId;
        new RunState(pid, Signals.StartTime(pid)!.Value, Phase.Ready, null, $"{_service.Address}", _service.Address.Port, []).Write(data);
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        _folder.Dispose();
        _othersKey.Dispose();
    }

    [Theory]
    [InlineData(0, LogFaultKind.TailMissing)]
    [InlineData(2, LogFaultKind.Rewritten)]
    public async Task Of_a_log_that_was_cut_keeps_what_was_signed_and_tells_what_verify_tells(int grown, LogFaultKind kind)
    {
        await _log.GrowAsync(1);
        await _log.SignAsync();
        var (exitCode, answers) = await KeepAsync();
        Assert.Equal(0, exitCode);
        Assert.Equal(1, (int)answers[Real]["added"]!);
        await _log.GrowAsync(2);
        await _log.SignAsync();
        await _log.CutAsync(2);
        await _log.GrowAsync(grown);

        (exitCode, answers) = await KeepAsync();

        var fault = (await _log.VerifyAsync()).Fault!;
        Assert.Equal((1, kind, $"{kind}"), (exitCode, fault.Kind, KindOf(answers[Real])));
        // Of what was rewritten the one knows less than the other about where it begins.
        if (kind == LogFaultKind.TailMissing) Assert.Equal(fault.Position, (long)answers[Real]["fault"]!["position"]!);
        Assert.Equal((1, 3L), ((int)answers[Real]["added"]!, (long)answers[Real]["size"]!));
        Assert.Equal([1, 3], SizesKept(Real));
        Assert.All(answers.Where(answer => answer.Key != Real), answer => Assert.Null(answer.Value["fault"]));

        (exitCode, answers) = await KeepAsync();
        Assert.Equal((1, 0, $"{kind}"), (exitCode, (int)answers[Real]["added"]!, KindOf(answers[Real])));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Goes_on_when_a_service_can_not_be_asked(bool hangsUp)
    {
        _refusals[Other] = hangsUp ? new HangUp() : Problem.Of(ProblemCodes.Unavailable);

        var (exitCode, answers) = await KeepAsync();

        Assert.Equal((1, "Unreadable"), (exitCode, KindOf(answers[Other])));
        var others = answers.Keys.Where(service => service is not (Real or Other)).ToList();
        Assert.NotEmpty(others);
        Assert.All(others, service => Assert.Equal([1], SizesKept(service)));
        Assert.False(File.Exists(FileOf(Other)));
    }

    [Fact]
    public async Task Takes_no_head_that_the_logs_key_has_not_signed()
    {
        _notes[Other] = [Note(Other, 1).Replace("\n1\n", "\n2\n", StringComparison.Ordinal), Note(Other, 3)];

        var (exitCode, answers) = await KeepAsync();
        Assert.Equal((1, "HeadForged"), (exitCode, KindOf(answers[Other])));
        Assert.False(File.Exists(FileOf(Other)));

        // Of a log that is another one by now, what its key did sign is evidence all the same.
        _refusals[Other] = Problem.Of(ProblemCodes.LogRewritten);
        (exitCode, answers) = await KeepAsync();
        Assert.Equal((1, "Rewritten"), (exitCode, KindOf(answers[Other])));
        Assert.Equal([3], SizesKept(Other));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Adds_nothing_to_heads_of_which_one_is_damaged(int damaged)
    {
        for (int size = 1; size <= 2; size++)
        {
            await _log.GrowAsync(1);
            await _log.SignAsync();
            Assert.Equal(0, (await KeepAsync()).ExitCode);
        }
        string heads = (await File.ReadAllTextAsync(FileOf(Real), Cancellation)).Replace($"\n{damaged}\n", "\n7\n", StringComparison.Ordinal);
        await File.WriteAllTextAsync(FileOf(Real), heads, Cancellation);
        await _log.GrowAsync(1);
        await _log.SignAsync();

        var (exitCode, answers) = await KeepAsync();

        Assert.Equal((1, "HeadForged", 0), (exitCode, KindOf(answers[Real]), (int)answers[Real]["added"]!));
        Assert.Equal(heads, await File.ReadAllTextAsync(FileOf(Real), Cancellation));
        Assert.All(answers.Where(answer => answer.Key != Real), answer => Assert.Null(answer.Value["fault"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>It works!</html>")]
    [InlineData("{}")]
    [InlineData("""{"notes":[]}""")]
    [InlineData("""{"key":1,"notes":[]}""")]
    [InlineData("""{"key":"KEY"}""")]
    [InlineData("""{"key":"KEY","notes":null}""")]
    [InlineData("""{"key":"KEY","notes":[null]}""")]
    [InlineData("""{"key":"KEY","notes":"none"}""")]
    public async Task Tells_of_an_answer_that_can_not_be_read_and_goes_on(string shown)
    {
        _shown[Other] = shown.Replace("KEY", ViewOf(Other, 0).Key, StringComparison.Ordinal);

        var (exitCode, answers) = await KeepAsync();

        Assert.Equal((1, "Unreadable"), (exitCode, KindOf(answers[Other])));
        Assert.All(answers.Where(answer => answer.Key != Other), answer => Assert.Null(answer.Value["fault"]));
        Assert.False(File.Exists(FileOf(Other)));
    }

    [Fact]
    public async Task Says_of_which_logs_nothing_was_kept_before()
    {
        Assert.All((await KeepAsync()).Answers.Values, answer => Assert.True((bool)answer["first"]!));
        Assert.All((await KeepAsync()).Answers.Where(answer => answer.Key != Real), answer => Assert.False((bool)answer.Value["first"]!));
    }

    private async Task<(int ExitCode, Dictionary<string, JsonNode> Answers)> KeepAsync()
    {
        var (exitCode, answer) = await CommandLine.AskAsync(_folder.Path, Cancellation, "audit", "heads", "keep", _folder.Sub("heads"));
        return (exitCode, answer.AsArray().ToDictionary(one => (string)one!["service"]!, one => one!));
    }

    private static string? KindOf(JsonNode answer) => (string?)answer["fault"]?["kind"];

    private string FileOf(string service) => Path.Combine(_folder.Sub("heads"), service + KeptHeads.Extension);

    private IEnumerable<long> SizesKept(string service)
    {
        var log = KeptHeads.Read(FileOf(service)).Logs.Single();
        return log.Notes.Select(note => log.Key.Open(note)!.Size);
    }

    private CheckpointsView ViewOf(string other, long after)
        => new($"{new VerifierKey(Origin(other), _othersKey.ExportSubjectPublicKeyInfo())}", [.. _notes.GetValueOrDefault(other, [Note(other, 1)]).Where(note => Checkpoint.Parse(note, Origin(other))!.Size > after)]);

    private string Note(string other, long size)
        => SignedNote.Sign(new Checkpoint(Origin(other), size, SHA256.HashData(Encoding.UTF8.GetBytes($"{other} {size}"))).Text, Origin(other), _othersKey);

    private static string Origin(string other) => $"pathways.test/{other}";

    private sealed class HangUp : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Abort();
            return Task.CompletedTask;
        }
    }
}
