namespace Pathways.LocalHost.Description;

/// <summary>Where one running instance keeps everything: data, secrets, logs, and what runs at the moment.</summary>
public sealed record DataDirectory(string Root)
{
    private static readonly string[] OwnFolders = ["postgres", "rabbitmq", "nginx", "secrets", "logs", "run", "heads"];

    public string Postgres => Path.Combine(Root, "postgres");
    public string Rabbit => Path.Combine(Root, "rabbitmq");
    public string Nginx => Path.Combine(Root, "nginx");
    public string Secrets => Path.Combine(Root, "secrets");
    public string Logs => Path.Combine(Root, "logs");
    /// <summary>Signed heads of the services' logs, unless <c>PATHWAYS_HEADS</c> names a place outside of this machine.</summary>
    public string Heads => Environment.GetEnvironmentVariable("PATHWAYS_HEADS") ?? Path.Combine(Root, "heads");

    public string Run => Path.Combine(Root, "run");

    /// <summary>Outside of the folders that are wiped: it is held while they are.</summary>
    public string LockFile => Path.Combine(Root, ".lock");

    public string StateFile => Path.Combine(Run, "localhost.json");
    public string SampleMarker => Path.Combine(Run, "sample-loaded");
    public string OperatorFile => Path.Combine(Secrets, "operator.json");
    public string ClientsFile => Path.Combine(Secrets, "clients.json");

    public string SecretsOf(string service) => Path.Combine(Secrets, service);

    public string LogOf(string process) => Path.Combine(Logs, process + ".log");

    public void Create()
    {
        Directory.CreateDirectory(Root);
        foreach (var folder in new[] { Logs, Run }) Directory.CreateDirectory(folder);
        if (!Directory.Exists(Secrets))
            Directory.CreateDirectory(Secrets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Deletes what an instance made, and nothing else that may lie in the folder.</summary>
    public void Wipe()
    {
        foreach (var folder in OwnFolders.Select(f => Path.Combine(Root, f)).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
    }
}
