namespace Pathways.LocalHost;

/// <summary>Where we are: the checkout this program was built in.</summary>
public static class Repository
{
    /// <summary>The folder that holds tye.yaml.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Services are run in the configuration that we were built in ourselves.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains("/bin/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>Where an instance lives unless <c>--data</c> says otherwise; the CLI looks there too.</summary>
    public static string DefaultData { get; } = Environment.GetEnvironmentVariable("PATHWAYS_DATA") ?? Path.Combine(Root, ".data");

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "tye.yaml"))) return folder;
        }

        throw new DirectoryNotFoundException($"No tye.yaml in {AppContext.BaseDirectory} or above it.");
    }
}
