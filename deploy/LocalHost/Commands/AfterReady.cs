using System.Diagnostics;
using Pathways.LocalHost.Description;

namespace Pathways.LocalHost.Commands;

/// <summary>Loads the sample into a new data directory and says where to look and what to try.</summary>
public static class AfterReady
{
    public static async Task<int> RunAsync(DataDirectory data, bool sample, CancellationToken ct)
    {
        if (sample && !File.Exists(data.SampleMarker))
        {
            Console.WriteLine("Loading the sample …");
            // Its own terminal, so that people see the progress.
            using var load = Process.Start(new ProcessStartInfo(Path.Combine(Repository.Root, "deploy/pathways"), ["sample", "load", "--data", data.Root]))!;
            await load.WaitForExitAsync(ct);
            if (load.ExitCode != 0)
            {
                await Console.Error.WriteLineAsync($"The services run, but the sample was not loaded. Try: deploy/pathways sample load --data {data.Root}");
                return 1;
            }

            await File.WriteAllTextAsync(data.SampleMarker, "", ct);
        }

        Welcome(data, RunState.Read(data)!.Origin, hasSample: File.Exists(data.SampleMarker));
        return 0;
    }

    private static void Welcome(DataDirectory data, string origin, bool hasSample)
    {
        var where = data.Root == Path.GetFullPath(Repository.DefaultData) ? "" : $" --data {data.Root}";
        Console.WriteLine($"""

            Pathways is ready.
              Door       {origin}   (OpenAPI of each service: {origin}/pathway-stacking/openapi.json, …)
              Data       {data.Root}   (logs in logs/, passwords in secrets/)

            Try:
              deploy/pathways status{where}
            """);
        if (hasSample)
        {
            Console.WriteLine($"""
                  TOKEN=$(deploy/pathways token --tenant hutchinson --role registrar{where})
                  curl -s -H "Authorization: Bearer $TOKEN" {origin}/pathway-stacking/stacks
                  deploy/pathways audit stack STACK_ID{where}
                """);
        }

        Console.WriteLine($"""
              deploy/down{where}
            README.md has more.
            """);
    }
}
