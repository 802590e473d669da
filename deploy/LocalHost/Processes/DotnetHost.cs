namespace Pathways.LocalHost.Processes;

/// <summary>The dotnet that runs us runs the services too.</summary>
public static class DotnetHost
{
    public static string Path { get; } =
        System.IO.Path.GetFileName(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : "dotnet";
}
