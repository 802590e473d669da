using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Pathways.LocalHost;
using Pathways.LocalHost.Processes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>An institution's old results, by the command line and a mapping, into a running system.</summary>
[Collection(UsesSharedSystem.Name)]
public sealed class StatementImportTests(SharedSystem shared)
{
    private const int Rows = 6000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_import_goes_on_where_it_was_and_doubles_and_loses_nothing()
    {
        using var folder = new TemporaryFolder("import");
        var activity = $"https://hutchinson.example/imported/{Guid.NewGuid():N}";
        var (file, mapping) = (Path.Combine(folder.Path, "grades.csv"), Path.Combine(folder.Path, "grades.json"));
        await File.WriteAllTextAsync(mapping, Mapping(activity), Ct);
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, Rows).Select(Row).Prepend("Student;Points;Date"), Ct);

        using (var killed = Start(file, mapping, "--batch", "10", "--parallel", "1"))
        {
            try
            {
                await Eventually.TrueAsync(() => Task.FromResult(File.Exists(file + ".import.json") || killed.HasExited), TimeSpan.FromSeconds(60), "it has come somewhere", Ct);
                Assert.False(killed.HasExited, "The import ended before it could be killed.");
            }
            finally
            {
                killed.Kill(entireProcessTree: true);
            }

            await killed.WaitForExitAsync(Ct);
        }

        var answer = JsonNode.Parse(await Script.RunAsync("pathways", Ct, Arguments(file, mapping, "--json")))!;
        var (stored, already, resumed) = ((long)answer["stored"]!, (long)answer["already"]!, (long)answer["resumedAfter"]!);
        Assert.InRange(resumed, 10, Rows - 1);
        Assert.Equal((Rows, 0), (stored + already, (long)answer["refused"]!));
        Assert.False(File.Exists(file + ".import.json"));
        Assert.Equal(Enumerable.Range(1, Rows), (await StudentsAsync(activity)).Order());

        // The same once more is the same statements; a row that was changed under its key is refused, and by itself.
        var lines = await File.ReadAllLinesAsync(file, Ct);
        lines[3] = "3;99;04.02.2026";
        await File.WriteAllLinesAsync(file, lines[..50], Ct);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Script.RunAsync("pathways", Ct, Arguments(file, mapping, "--json", "--refused", Path.Combine(folder.Path, "refused.jsonl"))));
        Assert.Contains("\"already\": 48", refused.Message, StringComparison.Ordinal);
        var told = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(Path.Combine(folder.Path, "refused.jsonl"), Ct)))!;
        Assert.Equal((3, "statement-id-conflict"), ((int)told["number"]!, (string?)told["code"]));
    }

    [Fact]
    public async Task An_import_that_is_interrupted_says_so_and_one_that_stored_nothing_holds_up_no_other()
    {
        using var folder = new TemporaryFolder("import");
        var activity = $"https://hutchinson.example/imported/{Guid.NewGuid():N}";
        var (file, mapping) = (Path.Combine(folder.Path, "grades.csv"), Path.Combine(folder.Path, "grades.json"));
        await File.WriteAllTextAsync(mapping, Mapping(activity), Ct);
        // Other students than the other test's, whose statements would be the same by their key; more than it can store until it is interrupted.
        await File.WriteAllLinesAsync(file, Enumerable.Range(1_000_000, 20 * Rows).Select(Row).Prepend("Student;Points;Date"), Ct);

        string[] mistyped = [.. Arguments(file, mapping).Select(argument => argument == WeldingStory.College ? "nobody-s-college" : argument)];
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("pathways", Ct, mistyped));
        Assert.Contains("tenant-unknown", refused.Message, StringComparison.Ordinal);

        using var interrupted = Start(file, mapping, "--batch", "10", "--parallel", "1");
        await Eventually.TrueAsync(
            async () => File.Exists(file + ".import.json") && !(await File.ReadAllTextAsync(file + ".import.json", Ct)).Contains("\"done\":0,", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60), "it has come somewhere", Ct);
        await Command.RunAsync("kill", ["-TERM", $"{interrupted.Id}"], Ct);
        await interrupted.WaitForExitAsync(Ct);
        Assert.Equal(130, interrupted.ExitCode);
    }

    [Theory]
    [InlineData("\uFEFF\n\n{0}\n\n  {\"actor\": nothing}\n", 5, "line 5, column 14")]
    [InlineData(" \n{0}\n{\"actor\":{}}\n", 3, "statement-invalid")]
    [InlineData("\n\nactor.mbox,verb.id,object.id\nmailto:line@example.edu,http://adlnet.gov/expapi/verbs/passed,https://x.example/line\nmailto:line@example.edu,,\n", 5, "")]
    public async Task What_can_not_be_stored_is_told_by_its_line_of_the_file(string source, int line, string said)
    {
        const string good = """{"actor":{"mbox":"mailto:line@example.edu"},"verb":{"id":"http://adlnet.gov/expapi/verbs/passed"},"object":{"id":"https://x.example/line"}}""";
        using var folder = new TemporaryFolder("import");
        var (file, aside) = (Path.Combine(folder.Path, "statements.txt"), Path.Combine(folder.Path, "refused.jsonl"));
        await File.WriteAllTextAsync(file, source.Replace("{0}", good, StringComparison.Ordinal), Ct);
        string[] command = ["import", "statements", file, "--tenant", WeldingStory.College, "--data", shared.Running.Data.Root];

        var stopped = await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("pathways", Ct, command));
        Assert.Contains($"Statement 2 (line {line}): ", stopped.Message, StringComparison.Ordinal);
        Assert.Contains(said, stopped.Message, StringComparison.Ordinal);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Script.RunAsync("pathways", Ct, [.. command, "--refused", aside]));
        var told = JsonNode.Parse(Assert.Single(await File.ReadAllLinesAsync(aside, Ct)))!;
        Assert.Equal((2, line), ((int)told["number"]!, (int)told["line"]!));
    }

    private Process Start(string file, string mapping, params string[] options) => Process.Start(
        new ProcessStartInfo(Path.Combine(Repository.Root, "deploy/pathways"), Arguments(file, mapping, options)) { UseShellExecute = false, WorkingDirectory = Repository.Root })!;

    private string[] Arguments(string file, string mapping, params string[] options)
        => ["import", "statements", file, "--mapping", mapping, "--tenant", WeldingStory.College, "--data", shared.Running.Data.Root, .. options];

    /// <summary>The numbers of those whose statement is there, as often as it is.</summary>
    private async Task<List<int>> StudentsAsync(string activity)
    {
        using var college = await DoorClient.OfAsync(shared.Running, WeldingStory.College, "statements/read", Ct);
        var students = new List<int>();
        for (var page = $"xapi/statements?limit=500&activity={Uri.EscapeDataString(activity)}"; page.Length > 0;)
        {
            using var response = await college.SendAsync(HttpMethod.Get, page.TrimStart('/'), content: null, Ct, ("X-Experience-API-Version", "2.0.0"));
            var found = JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(Ct))!;
            students.AddRange(found["statements"]!.AsArray().Select(statement => int.Parse((string)statement!["actor"]!["account"]!["name"]!, CultureInfo.InvariantCulture)));
            page = (string?)found["more"] ?? "";
        }

        return students;
    }

    private static string Row(int student) => string.Create(CultureInfo.InvariantCulture, $"{student};{student % 100};{1 + (student % 28):00}.02.2026");

    private static string Mapping(string activity) => $$"""
        {
          "name": "grades", "delimiter": ";", "key": ["Student"], "dates": { "formats": ["dd.MM.yyyy"], "zone": "Europe/Berlin" },
          "statement": {
            "actor": { "account": { "homePage": "https://hutchinson.example/imported", "name": "{Student}" } },
            "verb": { "id": "http://adlnet.gov/expapi/verbs/experienced" },
            "object": { "id": "{{activity}}" },
            "result": { "score": { "scaled": { "column": "Points", "as": "number", "divideBy": 100 } } },
            "timestamp": { "column": "Date", "as": "time" }
          }
        }
        """;
}
