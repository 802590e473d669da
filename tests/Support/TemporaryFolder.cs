namespace Pathways.Tests.Support;

/// <summary>A folder that is gone after the test, or after the test process at the latest.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(string purpose)
    {
        Path = Directory.CreateTempSubdirectory($"pathways-{purpose}-").FullName;
        ServerProcess.Leash.Wipe(Path);
    }

    public string Path { get; }

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
