using Pathways.LocalHost;
using Pathways.LocalHost.Processes;
using Xunit;

namespace Pathways.Tests.Deployment;

/// <summary>The scripts in deploy/ are the front door for people.</summary>
public sealed class ScriptTests
{
    private static readonly string[] Scripts = ["up", "down", "test", "bench", "faults", "pathways"];

    [Theory]
    [InlineData("up", "--detach")]
    [InlineData("down", "--data")]
    [InlineData("test", "SUITE")]
    [InlineData("bench", "--json")]
    [InlineData("faults", "--json")]
    public async Task Help_says_what_it_does_from_any_folder(string script, string option)
    {
        var help = await Command.RunAsync(PathOf(script), ["--help"], TestContext.Current.CancellationToken, workingDirectory: Path.GetTempPath());

        Assert.Contains($"deploy/{script}", help);
        Assert.Contains(option, help);
    }

    [Fact]
    public void Every_script_stops_at_the_first_error()
        => Assert.All(Scripts.Select(PathOf).Append(Path.Combine(Repository.Root, ".ci/run")), script =>
        {
            Assert.Contains("set -euo pipefail", File.ReadAllText(script));
            Assert.True(File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute), script);
        });

    private static string PathOf(string script) => Path.Combine(Repository.Root, "deploy", script);
}
