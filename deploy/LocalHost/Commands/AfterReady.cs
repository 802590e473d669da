using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Commands;

/// <summary>Loads the sample into a new data directory and says where to look and what to try.</summary>
public static class AfterReady
{
    public static async Task<int> RunAsync(DataDirectory data, bool sample, CancellationToken ct)
    {
        if (sample && !File.Exists(data.SampleMarker))
        {
            Console.WriteLine("Loading the sample …");
            try
            {
                Console.Write(await Command.RunAsync(Path.Combine(Repository.Root, "deploy/pathways"), ["sample", "load", "--data", data.Root], ct,
                    workingDirectory: Repository.Root));
            }
            catch (CommandFailedException e)
            {
                await Console.Error.WriteLineAsync($"The services run, but the sample was not loaded. {e.Message}");
                return 1;
            }

            await File.WriteAllTextAsync(data.SampleMarker, "", ct);
        }

        var state = RunState.Read(data)!;
        Console.WriteLine($"""

            Pathways is ready.
              Door       {state.Origin}
              Data       {data.Root}   (logs in logs/, passwords in secrets/)
              Operator   {data.OperatorFile}

            Try:
              deploy/pathways status --data {data.Root}
              curl {state.Origin}/learning-record/openapi.json
              curl {state.Origin}/.well-known/jwks.json
              deploy/down --data {data.Root}
            """);
        return 0;
    }
}
