using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Nodes;

/// <summary>A private PostgreSQL cluster: its files, its process and its databases.</summary>
/// <param name="repository">The folder that holds <c>deploy/postgres</c>.</param>
/// <param name="folder">Where the cluster lives; made when absent.</param>
/// <param name="foundAt">The port that services are told, when something is to stand in between.</param>
public sealed class PostgresNode(
    string repository, string folder, int port, string adminPassword, string address = "127.0.0.1", int? foundAt = null)
{
    public const string Admin = "postgres";

    // sun_path of unix(7) has 108 bytes; a longer folder name leaves TCP alone.
    private const int LongestSocketPath = 107;

    private readonly Account _account = Account.For("postgres", folder);
    private readonly string _cluster = Path.Combine(folder, "data");

    public int Port => port;

    /// <summary>Makes the cluster if there is none, writes its settings, and says how it is run.</summary>
    public async Task<ProcessSpec> PrepareAsync(CancellationToken ct)
    {
        await _account.OwnAsync(folder, ct);
        if (!Directory.Exists(_cluster)) await InitialiseAsync(ct);
        await WriteSettingsAsync(ct);
        return new ProcessSpec("postgres", Packages.Postgres("postgres"), ["-D", _cluster], new Dictionary<string, string>(),
            folder, _account, Signal.Interrupt, TimeSpan.FromSeconds(30));
    }

    public async Task<string?> WhyNotReadyAsync(CancellationToken ct)
    {
        try
        {
            await SqlAsync("select 1", ct);
            return null;
        }
        catch (CommandFailedException e)
        {
            return e.Message;
        }
    }

    /// <summary>Makes or repairs a database and its three roles (deploy/postgres/database.sql).</summary>
    public async Task<DatabaseAccess> CreateDatabaseAsync(string name, string ownerPassword, string appPassword, string daemonPassword, CancellationToken ct)
    {
        await PsqlAsync(["-f", Path.Combine(repository, "deploy/postgres/database.sql")], ct, new Dictionary<string, string>
        {
            ["PATHWAYS_DATABASE"] = name,
            ["PATHWAYS_OWNER_PASSWORD"] = ownerPassword,
            ["PATHWAYS_APP_PASSWORD"] = appPassword,
            ["PATHWAYS_DAEMON_PASSWORD"] = daemonPassword,
        });
        return new DatabaseAccess(name,
            Connection(foundAt ?? port, name, name + "_owner", ownerPassword, pool: 4),
            Connection(foundAt ?? port, name, name + "_app", appPassword, pool: 16),
            Connection(foundAt ?? port, name, name + "_daemon", daemonPassword, pool: 8));
    }

    /// <summary>As superuser; for tests that look behind the curtain or do damage.</summary>
    public string AdminConnection(string database) => Connection(port, database, Admin, adminPassword, pool: 4);

    public Task<string> SqlAsync(string sql, CancellationToken ct, string database = "postgres") => PsqlAsync(["-c", sql], ct, database: database);

    private Task<string> PsqlAsync(
        IEnumerable<string> arguments, CancellationToken ct, Dictionary<string, string>? environment = null, string database = "postgres")
        => Command.RunAsync(Packages.Postgres("psql"),
            ["-h", address, "-p", $"{port}", "-U", Admin, "-d", database, "-XqAtw", .. arguments], ct,
            new Dictionary<string, string>(environment ?? []) { ["PGPASSWORD"] = adminPassword, ["PGCONNECT_TIMEOUT"] = "3" });

    private string Connection(int at, string database, string user, string password, int pool)
        => $"Host={address};Port={at};Database={database};Username={user};Password={password};Maximum Pool Size={pool};"
         + $"Application Name={user}";

    private async Task InitialiseAsync(CancellationToken ct)
    {
        // Made beside and moved: an initdb that is killed half way must not be taken for a cluster.
        var draft = _cluster + ".new";
        if (Directory.Exists(draft)) Directory.Delete(draft, recursive: true);
        var passwordFile = Path.Combine(folder, "initial-password");
        await File.WriteAllTextAsync(passwordFile, adminPassword, ct);
        await _account.OwnAsync(passwordFile, ct);
        string[] initdb = [.. _account.Wrap(Packages.Postgres("initdb"),
            ["-D", draft, "-U", Admin, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale", "C", "--data-checksums"])];
        await Command.RunAsync(initdb[0], initdb[1..], ct, workingDirectory: folder);
        File.Delete(passwordFile);
        Directory.Move(draft, _cluster);
    }

    private async Task WriteSettingsAsync(CancellationToken ct)
    {
        var sockets = folder.Length + "/.s.PGSQL.65535.lock".Length <= LongestSocketPath ? folder : "";
        var settings = Path.Combine(_cluster, "postgresql.conf");
        var common = await File.ReadAllTextAsync(Path.Combine(repository, "deploy/postgres/postgresql.conf"), ct);
        await File.WriteAllTextAsync(settings, $"""
            {common}
            listen_addresses = '{address}'
            port = {port}
            unix_socket_directories = '{sockets.Replace("'", "''")}'

            """, ct);
        await _account.OwnAsync(settings, ct);
    }
}

/// <summary>Connection strings of one database: owner (migrations), app (requests), daemon (background readers).</summary>
public sealed record DatabaseAccess(string Name, string Owner, string App, string Daemon);
