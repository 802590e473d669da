using System.Diagnostics;
using System.Text.Json.Nodes;
using Pathways.LocalHost;
using Pathways.LocalHost.Processes;

namespace Pathways.Tests.Support;

/// <summary><c>deploy/pathways … --json</c> as it was built with the tests; the script itself would build again.</summary>
public static class CommandLine
{
    private static readonly string Program = Path.Combine(Repository.Root, "deploy/Cli/bin", Repository.Configuration, "net10.0/Pathways.Cli.dll");

    /// <summary>Runs to the end, well or not. What it says beside its answer fails the test.</summary>
    public static async Task<(int ExitCode, JsonNode Answer)> AskAsync(string dataDirectory, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(DotnetHost.Path, [Program, .. arguments, "--json", "--data", dataDirectory])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        })!;
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return await errors is { Length: > 0 } said
            ? throw new InvalidOperationException($"pathways {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{said}")
            : (process.ExitCode, JsonNode.Parse(output)!);
    }
}
