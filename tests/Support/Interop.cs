using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Pathways.Tests.Support;

/// <summary>What a library that we did not write says of a document.</summary>
public sealed record InteropVerdict(bool Verified, IReadOnlyList<string> Errors, JsonObject Answer)
{
    public override string ToString() => Verified ? "verified" : "refused: " + string.Join("; ", Errors);
}

/// <summary>
/// Calls <c>tests/Interop/verify.mjs</c>: Digital Bazaar's libraries for embedded proofs, jose for tokens, ajv for JSON Schemas.
/// The kinds are listed there: <c>credential</c> (any cryptosuite), the name of a cryptosuite, <c>jwt</c>, <c>schema</c>, <c>sign</c> …
/// </summary>
public static class Interop
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly SemaphoreSlim Installing = new(1);

    /// <param name="kind">What the document must be.</param>
    /// <param name="document">JSON, or a compact token for <c>jwt</c>.</param>
    /// <param name="didDocument">The issuer's DID document; not needed for did:key.</param>
    public static async Task<InteropVerdict> VerifyAsync(string kind, JsonNode document, JsonObject? didDocument = null)
        => (await AskAsync(new JsonObject
        {
            ["kind"] = kind,
            ["document"] = document.DeepClone(),
            ["didDocument"] = didDocument?.DeepClone(),
        }))[0];

    /// <summary>Several requests, in the form that <c>verify.mjs</c> describes, to one process: starting it takes a second.</summary>
    public static async Task<IReadOnlyList<InteropVerdict>> AskAsync(params JsonObject[] requests)
    {
        var folder = await InstallAsync();
        var answer = await RunAsync("node", ["verify.mjs"], folder, new JsonArray([.. requests]).ToJsonString());
        return [.. JsonNode.Parse(answer)!.AsArray().Select(one => new InteropVerdict(
            (bool)one!["verified"]!,
            [.. one["errors"]!.AsArray().Select(error => (string)error!)],
            one.AsObject()))];
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Path.Combine(RepositoryRoot(), "tests", "Interop");
        var done = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(done))
            return folder;

        // Two test projects may get here at the same time; npm does not expect that.
        await Installing.WaitAsync();
        try
        {
            await using var turn = await WaitForTurnAsync(Path.Combine(folder, "node_modules.lock"));
            if (!File.Exists(done))
                await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"], folder, input: "");
            return folder;
        }
        finally
        {
            Installing.Release();
        }
    }

    private static async Task<FileStream> WaitForTurnAsync(string path)
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (deadline.Elapsed < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string folder, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var problems = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException cancelled)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end within {Patience}.", cancelled);
        }
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await problems}");
    }

    private static string RepositoryRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Pathways.sln")))
                return at.FullName;
        }
        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
