using System.Diagnostics;

namespace Pathways.LocalHost.Processes;

/// <summary>Runs a program to its end and gives its output; a failure is an exception that carries what it printed.</summary>
public static class Command
{
    public static async Task<string> RunAsync(
        string program,
        IEnumerable<string> arguments,
        CancellationToken ct,
        IReadOnlyDictionary<string, string>? environment = null,
        string? workingDirectory = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "/",
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        CleanEnvironment.Apply(start, environment);

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        var printed = await output;
        if (process.ExitCode == 0) return printed;
        throw new CommandFailedException($"{program} ended with {process.ExitCode}:\n{(printed + await errors).Trim()}");
    }
}

public sealed class CommandFailedException(string message) : Exception(message);

public static class CleanEnvironment
{
    // A PGDATA or RABBITMQ_NODENAME in somebody's shell must not lead a private node to another's data.
    private static readonly string[] Foreign = ["PG", "RABBITMQ_", "ERL_"];

    public static void Apply(ProcessStartInfo start, IReadOnlyDictionary<string, string>? environment)
    {
        foreach (var name in start.Environment.Keys.Where(k => Foreign.Any(k.StartsWith)).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
    }
}
