using System.Diagnostics;
using Xunit;

namespace Pathways.Services.Tests.OpenApi;

/// <summary>
/// contracts/openapi holds what each service answers at its <c>openapi.json</c>. With <c>PATHWAYS_WRITE_CONTRACTS=1</c>
/// the files are written anew.
/// </summary>
public sealed class OpenApi_documents
{
    private static string Folder => Path.Combine(LocalHost.Repository.Root, "contracts", "openapi");

    public static TheoryData<string, string> Services => new()
    {
        { "access", "Pathways.Access" },
        { "learning-record", "Pathways.LearningRecord" },
        { "credential-issuance", "Pathways.CredentialIssuance" },
        { "pathway-stacking", "Pathways.PathwayStacking" },
        { "transfer-recognition", "Pathways.TransferRecognition" },
        { "institution-feed", "Pathways.InstitutionFeed" },
    };

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Say_what_the_service_says(string service, string assembly)
    {
        string document = await WriteAsync(assembly);
        string file = Path.Combine(Folder, $"{service}.json");
        if (Environment.GetEnvironmentVariable("PATHWAYS_WRITE_CONTRACTS") == "1") await File.WriteAllTextAsync(file, document, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(file), $"{file} is missing. Run this test with PATHWAYS_WRITE_CONTRACTS=1.");
        string committed = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.True(committed == document, $"{file} has drifted from the service: {Difference(committed, document)}. Run this test with PATHWAYS_WRITE_CONTRACTS=1.");
    }

    [Fact]
    public void A_drift_is_told_by_line()
        => Assert.Equal("line 2 is 'b' and would be 'c'", Difference("a\nb\n", "a\nc\n"));

    /// <summary>As the service's own process writes it: with neither database nor broker, and no configuration.</summary>
    private static async Task<string> WriteAsync(string assembly)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"), "openapi"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        // A service that does not know the argument would serve, and never end.
        await using var end = patience.Token.Register(process.Kill);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string document = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{assembly} openapi ended with {process.ExitCode}: {await errors}");
        return document;
    }

    private static string Difference(string committed, string document)
    {
        string[] before = committed.Split('\n');
        string[] now = document.Split('\n');
        int line = Enumerable.Range(0, Math.Min(before.Length, now.Length)).FirstOrDefault(i => before[i] != now[i], Math.Min(before.Length, now.Length));
        return $"line {line + 1} is '{before.ElementAtOrDefault(line)?.Trim()}' and would be '{now.ElementAtOrDefault(line)?.Trim()}'";
    }
}
