using System.Diagnostics;
using Pathways.LocalHost;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Tests.Deployment;

/// <summary>What the command line says of itself, without a system.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("verify [<file>]", "audit", "--help")]
    [InlineData("replay [<file>]", "audit", "--help")]
    [InlineData("stack <id>", "audit", "--help")]
    [InlineData("--tenant", "audit", "--help")]
    [InlineData("running system", "verify", "--help")]
    [InlineData("nothing else", "feed", "--help")]
    [InlineData("shown this once", "feed", "user", "--help")]
    [InlineData("--confirm", "source", "accept", "--help")]
    [InlineData("without their secrets", "client", "--help")]
    [InlineData("this institution's", "client", "rotate", "--help")]
    [InlineData("this institution's", "client", "revoke", "--help")]
    [InlineData("without asking", "erase", "learner", "--help")]
    [InlineData("Who could not handle it", "parked", "retry", "--help")]
    [InlineData("Why it is right", "parked", "skip", "--help")]
    [InlineData("\"homePage\"", "audit", "disclosures", "--help")]
    [InlineData("running system", "--help")]
    public async Task Help_says_what_may_be_left_out_and_what_is_needed(string expected, params string[] arguments)
        => Assert.Contains(expected, (await RunAsync(arguments)).Text, StringComparison.Ordinal);

    [Theory]
    [InlineData("'keys' is no command of pathways. Perhaps you mean client", "keys", "--help")]
    [InlineData("'keys' is no command of pathways. Perhaps you mean client", "keys")]
    [InlineData("'lerner' is no command of erase", "erase", "lerner")]
    [InlineData("There is no service 'nobody': it is one of access, learning-record", "parked", "retry", "nobody", "id")]
    [InlineData("There is no service 'nobody': it is one of access, learning-record", "source", "accept", "nobody", "--source", "s", "--reason", "r")]
    [InlineData("Option '--reason' is required", "parked", "skip", "learning-record", "id")]
    [InlineData("--for can't be 'Dean': it is one of Learner, Registrar, Auditor.", "evaluate", "--pathway", "p", "--evidence", "e", "--for", "Dean")]
    [InlineData("--batch can't be '0': it is a number from 1 to 1000.", "import", "statements", "-", "--tenant", "t", "--batch", "0")]
    [InlineData("--parallel can't be 'many': it is a number from 1 to 32.", "import", "statements", "-", "--tenant", "t", "--parallel", "many")]
    public async Task What_is_no_command_and_no_value_is_told_with_what_is(string expected, params string[] arguments)
    {
        var (exitCode, text) = await RunAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("type 'Pathways.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("confirmation-missing", "add --yes")]
    [InlineData("not-running", "deploy/up", "--yes")]
    public async Task An_erasure_without_a_terminal_needs_a_yes(string code, string remedy, params string[] confirmed)
    {
        string[] command = ["erase", "learner", "learner-nobody", "--tenant", "hutchinson", "--reason", "asked to be", "--data", "/nowhere", .. confirmed];

        foreach (string[] asked in new[] { command, [.. command, "--json"] })
        {
            var (exitCode, text) = await RunAsync(asked);

            Assert.Equal(1, exitCode);
            Assert.Contains(code, text, StringComparison.Ordinal);
            Assert.Contains(remedy, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("status", "--data", "/nowhere")]
    [InlineData("audit", "stack")]
    public async Task What_is_redirected_is_plain(params string[] arguments)
    {
        var (exitCode, text) = await RunAsync(arguments);

        Assert.NotEqual(0, exitCode);
        Assert.NotEmpty(text);
        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData("have nosuch", "unknown-component", "WE110")]
    [InlineData("waive nosuch", "unknown-component", "WE110")]
    [InlineData("use c1 for nosuch", "unknown-component", "WE110")]
    [InlineData("use c2 for we104", "unknown-evidence", "c1")]
    [InlineData("without c2", "unknown-evidence", "c1")]
    [InlineData("without expired", "unknown-evidence", "c1")]
    [InlineData("have WE110=many", "what-if-malformed", "have WE110=3")]
    public async Task What_nobody_knows_can_not_be_supposed(string phrase, string code, string named)
    {
        var (exitCode, text) = await EvaluateAsync(phrase);

        Assert.Equal(1, exitCode);
        Assert.Contains($"({code})", text, StringComparison.Ordinal);
        Assert.Contains(named, text[text.IndexOf("What to do:", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("have we110", "No longer missing")]
    [InlineData("have urn:course:safety", "The verdict stays")]
    [InlineData("without c1", "Missing then")]
    public async Task What_is_known_can_be_supposed(string phrase, string expected)
    {
        var (exitCode, text) = await EvaluateAsync(phrase);

        Assert.Equal(0, exitCode);
        Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decision_is_shown_as_a_tree_with_groups_by_their_rule_and_an_IRI_once()
    {
        var (_, text) = await EvaluateAsync("have we110");

        Assert.Contains("○ all of\n", text, StringComparison.Ordinal);
        Assert.Contains("○ 1 of 2\n", text, StringComparison.Ordinal);
        Assert.Contains("✓ https://elsewhere.example/first-aid  [by c3]\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_with_what_to_do()
    {
        var (exitCode, text) = await RunAsync("pathway", "check", "/nowhere/pathway.yaml");

        Assert.Equal(1, exitCode);
        Assert.Contains("What to do:", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_compact_form_is_not_imported_but_led_to_its_conversion()
    {
        var (exitCode, text) = await RunAsync("import", "pathway", "welding.yaml", "--tenant", "hutchinson", "--data", "/nowhere");

        Assert.Equal(1, exitCode);
        Assert.Contains("compact form", text, StringComparison.Ordinal);
        Assert.Contains("deploy/pathways pathway convert welding.yaml --out welding.jsonld", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cannot be read", "is a folder", "pathway", "check", "/")]
    [InlineData("cannot be read", "is a folder", "audit", "verify", "/")]
    [InlineData("cannot be read", "is a folder", "audit", "replay", "/")]
    [InlineData("cannot be written", "no folder /nowhere", "pathway", "convert", "{file}", "--out", "/nowhere/welding.jsonld")]
    [InlineData("cannot be written", "is a folder", "pathway", "convert", "{file}", "--out", "/")]
    public async Task What_is_wrong_with_a_file_is_told_in_words(string what, string why, params string[] arguments)
    {
        using var folder = new TemporaryFolder("convert");
        string file = Path.Combine(folder.Path, "welding.yaml");
        await File.WriteAllTextAsync(file, """
            pathway: https://college.example/pathways/welding
            name: Welding
            goal: certificate
            components:
              certificate: {name: Welding Certificate, kind: credential}
            """, TestContext.Current.CancellationToken);

        var (exitCode, text) = await RunAsync([.. arguments.Select(argument => argument == "{file}" ? file : argument)]);

        Assert.Equal(1, exitCode);
        Assert.Contains(what, text, StringComparison.Ordinal);
        Assert.Contains(why, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "All {0} logs are untouched.")]
    [InlineData(1, 1, "1 of {0} logs are not as they were.")]
    public async Task The_logs_of_a_file_are_judged_in_one_sentence(int missing, int expected, string sentence)
    {
        using var folder = new TemporaryFolder("audit");
        string file = folder.Sub("logs.jsonl");
        string[] services = [.. LocalHost.Description.Topology.Read(Repository.Root).Services.Where(service => service.HasDatabase).Select(service => service.Name)];
        var empty = services.Skip(missing).Select(service => $$"""{"service":"{{service}}","heads":[],"position":0,"hash":"{{new string('0', 64)}}"}""");
        await File.WriteAllLinesAsync(file, empty, TestContext.Current.CancellationToken);

        var (exitCode, text) = await RunAsync("audit", "verify", file);

        Assert.Equal(expected, exitCode);
        Assert.Contains(sentence.Replace("{0}", $"{services.Length}", StringComparison.Ordinal), text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("from 1024 to 65521", "--port", "70000")]
    [InlineData("from 1024 to 65521", "--port", "abc")]
    [InlineData("from 1024 to 65521", "--port", "65530")]
    [InlineData("from 1024 to 65521", "--port", "80")]
    [InlineData("from 1024 to 65429", "--port", "65500", "--replicas", "2")]
    [InlineData("from 1 to 646", "--replicas", "two")]
    [InlineData("from 1 to 646", "--replicas", "0")]
    [InlineData("from 1 to 646", "--replicas", "647")]
    [InlineData("from 1 to 646", "--replicas", "70000")]
    [InlineData("from 1024 to 1029", "--replicas", "646")]
    public async Task A_port_that_is_none_is_refused_in_words_and_nothing_is_wiped(string expected, params string[] arguments)
    {
        using var folder = new TemporaryFolder("up");
        string kept = Path.Combine(folder.Path, "kept");
        await File.WriteAllTextAsync(kept, "", TestContext.Current.CancellationToken);

        var (exitCode, text) = await ScriptAsync("up", ["--data", folder.Path, "--fresh", "--detach", .. arguments]);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
        Assert.Equal([kept], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static async Task<(int ExitCode, string Text)> EvaluateAsync(string supposed)
    {
        using var folder = new TemporaryFolder("evaluate");
        string pathway = Path.Combine(folder.Path, "pathway.yaml"), evidence = Path.Combine(folder.Path, "evidence.yaml");
        await File.WriteAllTextAsync(pathway, """
            pathway: https://college.example/pathways/welding
            name: Welding
            goal: certificate
            components:
              certificate: {name: Welding Certificate, kind: credential, requires: {all: [we104, we110, {1 of: [we111, we112]}, "https://elsewhere.example/first-aid"]}}
              we104: {name: Safety, kind: course, code: WE104, proxy-for: [urn:course:safety]}
              we110: {name: Blueprints, kind: course, code: WE110}
              we111: {name: Welding I, kind: course}
              we112: {name: Welding II, kind: course}
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(evidence, """
            learner: ada
            evidence:
              - {id: c1, achievement: WE104}
              - {id: c3, achievement: https://elsewhere.example/first-aid}
              - {id: expired, achievement: WE110, valid-until: 2020-01-01T00:00:00Z}
            """, TestContext.Current.CancellationToken);
        return await RunAsync("evaluate", "--pathway", pathway, "--evidence", evidence, "--what-if", supposed);
    }

    private static Task<(int ExitCode, string Text)> RunAsync(params string[] arguments) => ScriptAsync("pathways", arguments);

    private static async Task<(int ExitCode, string Text)> ScriptAsync(string script, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", script), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root,
            // A terminal with colours is around the pipe, as when a person pipes.
            Environment = { ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor" },
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
