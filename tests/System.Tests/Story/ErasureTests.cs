using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Pathways.LocalHost;
using Pathways.LocalHost.Description;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>A learner whose every trace holds a canary is erased; then the canary is nowhere, and what never was secret still is.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class ErasureTests(SharedSystem shared)
{
    private const string Canary = "canary-40f1b7";
    private const string Control = "https://hutchinson.example/activities/not-a-secret-40f1b7";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leaves_the_learner_nowhere_and_every_proof_valid()
    {
        using var heads = new TemporaryFolder("heads");
        using var college = await DoorClient.OfAsync(shared.Running, WeldingStory.College, "all learners feed", Ct);
        await StoreAsync(college);
        Assert.Contains(Canary, await StatementsAsync(college), StringComparison.Ordinal);
        await RunAsync("audit", "heads", "keep", heads.Path);

        var erased = await RunAsync("erase", "learner", $"mailto:{Canary}@example.edu", "--tenant", WeldingStory.College, "--reason", "asked to be", "--yes");

        var record = erased.Single(answer => (string)answer!["service"]! == "learning-record")!;
        Assert.True((bool)record["keyDestroyed"]!);
        Assert.Equal(SystemLog.ServicesOf(shared.Running).Order(), erased.Select(answer => (string)answer!["service"]!).Order());
        Assert.DoesNotContain(Canary, await StatementsAsync(college), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, await college.TextAsync("feed/events?limit=200", Ct), StringComparison.Ordinal);
        Assert.Empty(await TablesWithAsync(Canary));
        Assert.Empty(FilesWith(Canary));
        // The search itself works: it finds what was sent beside the canary and is nobody's secret.
        Assert.NotEmpty(await TablesWithAsync(Control));
        Assert.Contains(FilesWith("learning-record"), file => file.Contains("logs", StringComparison.Ordinal));
        Assert.All(await RunAsync("audit", "verify", "--against", heads.Path), verdict => Assert.Null(verdict!["fault"]));
        // Once more finds nothing, and knows why.
        var again = await RunAsync("erase", "learner", $"mailto:{Canary}@example.edu", "--tenant", WeldingStory.College, "--reason", "asked to be", "--yes");
        Assert.NotNull((DateTimeOffset?)again.Single(answer => (string)answer!["service"]! == "learning-record")!["erasedBefore"]);
    }

    [Theory]
    [InlineData("mailto:nobody-40f1b7@example.edu")]
    [InlineData("learner-nobody")]
    public async Task Of_whom_nobody_knows_is_claimed_by_nobody(string who)
    {
        string[] command = ["erase", "learner", who, "--tenant", WeldingStory.College, "--reason", "asked to be", "--yes", "--data", shared.Running.Data.Root];

        foreach (string[] asked in new[] { command, [.. command, "--json"] })
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("pathways", Ct, asked));

            Assert.Contains("ended with 1", refused.Message, StringComparison.Ordinal);
            Assert.Contains("learner-unknown", refused.Message, StringComparison.Ordinal);
            Assert.Contains("Nothing was there to erase", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("is erased", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Is_asked_for_on_a_terminal_and_done_only_when_it_is_confirmed()
    {
        const string asked = "asked-40f1b7@example.edu";
        using var college = await DoorClient.OfAsync(shared.Running, WeldingStory.College, "all learners", Ct);
        await college.StatementsAsync(Statement(new JsonObject { ["mbox"] = $"mailto:{asked}" }), Ct);

        var (refused, declined) = await OnTerminalAsync("no", "erase", "learner", $"mailto:{asked}", "--tenant", WeldingStory.College, "--reason", "asked");
        Assert.Equal(1, refused);
        Assert.Contains("not-confirmed", declined, StringComparison.Ordinal);
        Assert.Contains(asked, await StatementsAsync(college), StringComparison.Ordinal);

        var (done, confirmed) = await OnTerminalAsync("yes", "erase", "learner", $"mailto:{asked}", "--tenant", WeldingStory.College, "--reason", "asked");
        Assert.True(done == 0, confirmed);
        Assert.Contains("is erased", confirmed, StringComparison.Ordinal);
        Assert.DoesNotContain(asked, await StatementsAsync(college), StringComparison.Ordinal);
    }

    private static JsonObject Statement(JsonNode actor) => new()
    {
        ["actor"] = actor,
        ["verb"] = new JsonObject { ["id"] = "http://adlnet.gov/expapi/verbs/completed" },
        ["object"] = new JsonObject { ["id"] = Control },
    };

    private static async Task StoreAsync(DoorClient college)
    {
        JsonObject Person() => new() { ["mbox"] = $"mailto:{Canary}@example.edu", ["name"] = Canary };
        var own = Statement(Person());
        own["result"] = new JsonObject { ["response"] = Canary };
        var others = Statement(new JsonObject { ["mbox"] = "mailto:somebody@example.edu" });
        others["context"] = new JsonObject { ["instructor"] = Person() };
        await college.StatementsAsync(new JsonArray(own, others), Ct);
        string profile = $"xapi/agents/profile?profileId={Canary}&agent={Uri.EscapeDataString(Person().ToJsonString())}";
        using var put = await college.SendAsync(HttpMethod.Put, profile, DoorClient.Json(new JsonObject { ["note"] = Canary }), Ct, ("X-Experience-API-Version", "2.0.0"), ("If-None-Match", "*"));
        Assert.True(put.IsSuccessStatusCode);
    }

    private static async Task<string> StatementsAsync(DoorClient college)
    {
        using var response = await college.SendAsync(HttpMethod.Get, "xapi/statements", content: null, Ct, ("X-Experience-API-Version", "2.0.0"));
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Ct);
    }

    /// <summary>Every table of every service, as somebody whom row-level security does not hold.</summary>
    private async Task<List<string>> TablesWithAsync(string text)
    {
        var found = new List<string>();
        var topology = shared.Running.Topology;
        string password = new Secrets(shared.Running.Data)["postgres admin"];
        foreach (var service in topology.Services.Where(service => service.HasDatabase))
        {
            await using var source = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={topology.PostgresPort};Database={service.Database};Username=postgres;Password={password};Pooling=false");
            var tables = new List<string>();
            await using (var list = source.CreateCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in ('events', 'read')"))
            await using (var row = await list.ExecuteReaderAsync(Ct))
            {
                while (await row.ReadAsync(Ct)) tables.Add(row.GetString(0));
            }
            Assert.Contains("events.mt_events", tables);
            foreach (string table in tables)
            {
                await using var search = source.CreateCommand($"select exists (select from {table} t where t::text like '%' || $1 || '%' or t::text like '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%')");
                search.Parameters.Add(new() { Value = text });
                if ((bool)(await search.ExecuteScalarAsync(Ct))!) found.Add($"{service.Name} {table}");
            }
        }
        return found;
    }

    /// <summary>Logs of all processes and the broker's queues on disk.</summary>
    private List<string> FilesWith(string text)
    {
        var data = shared.Running.Data;
        return [.. new[] { data.Logs, data.Rabbit, data.Heads }.Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => Holds(file, Encoding.UTF8.GetBytes(text)))];
    }

    private static bool Holds(string file, byte[] text)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.GetBuffer().AsSpan(0, (int)copy.Length).IndexOf(text) >= 0;
    }

    /// <summary>As a person at a terminal, who answers when asked.</summary>
    private async Task<(int ExitCode, string Text)> OnTerminalAsync(string answer, params string[] arguments)
    {
        string command = string.Join(' ', [Path.Combine(Repository.Root, "deploy/pathways"), .. arguments, "--data", shared.Running.Data.Root]);
        using var process = Process.Start(new ProcessStartInfo("script", ["--quiet", "--return", "--command", command, "/dev/null"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        var text = new StringBuilder();
        char[] piece = new char[1024];
        bool isAnswered = false;
        while (await process.StandardOutput.ReadAsync(piece, Ct) is > 0 and var read)
        {
            text.Append(piece, 0, read);
            if (isAnswered || !text.ToString().Contains("to go on: ", StringComparison.Ordinal)) continue;
            await process.StandardInput.WriteLineAsync(answer.AsMemory(), Ct);
            await process.StandardInput.FlushAsync(Ct);
            isAnswered = true;
        }

        await process.WaitForExitAsync(Ct);
        Assert.True(isAnswered, $"It was not asked: {text}");
        return (process.ExitCode, text.ToString());
    }

    private async Task<JsonArray> RunAsync(params string[] arguments)
        => JsonNode.Parse(await Script.RunAsync("pathways", Ct, [.. arguments, "--json", "--data", shared.Running.Data.Root]))!.AsArray();
}
