using System.Diagnostics;
using Pathways.LocalHost;

namespace Pathways.Tests.Support.Story;

/// <summary>The scripts of <c>deploy/</c>, run as a person runs them.</summary>
public static class Script
{
    /// <summary>Runs to the end and gives what was printed; a failure shows all of it.</summary>
    public static async Task<string> RunAsync(string script, CancellationToken cancellation, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", script), arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = Repository.Root,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"deploy/{script} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}\n{await errors}");
    }
}
