using System.Diagnostics;
using Pathways.LocalHost;
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
    [InlineData("running system", "--help")]
    public async Task Help_says_what_may_be_left_out_and_what_is_needed(string expected, params string[] arguments)
        => Assert.Contains(expected, (await RunAsync(arguments)).Text, StringComparison.Ordinal);

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

    private static async Task<(int ExitCode, string Text)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "deploy/pathways"), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root,
            // A terminal with colours is around the pipe, as when a person pipes.
            Environment = { ["TERM"] = "xterm-256color", ["COLORTERM"] = "truecolor" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }
}
