using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Pathways.Tests.Support;

/// <summary>
/// A private PostgreSQL server on a free port, with default durability, in a directory of its own. Started by root it
/// runs as the user <c>postgres</c>, since PostgreSQL refuses root.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _directory;
    private readonly int _port;

    private PostgresServer(string directory, int port) => (_directory, _port) = (directory, port);

    private string Data => Path.Combine(_directory, "data");

    public string AdminConnectionString => ConnectionString("postgres", "postgres");

    public static async Task<PostgresServer> StartAsync()
    {
        var server = new PostgresServer(Directory.CreateTempSubdirectory("pathways-postgres-").FullName, FreePort());
        if (Environment.IsPrivilegedProcess) await RunAsync("chown", "postgres", server._directory);
        await server.PostgresAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync");
        await File.AppendAllTextAsync(Path.Combine(server.Data, "postgresql.conf"), $"""

            listen_addresses = '127.0.0.1'
            port = {server._port.ToString(CultureInfo.InvariantCulture)}
            unix_socket_directories = '{server._directory}'
            max_connections = 300
            """);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>After <see cref="KillAsync"/>.</summary>
    public Task StartAgainAsync() => PostgresAsync("pg_ctl", "-D", Data, "-l", Path.Combine(_directory, "log"), "-w", "-t", "30", "start");

    /// <summary>Stops at once, as a crash does: what was not flushed is lost.</summary>
    public Task KillAsync() => PostgresAsync("pg_ctl", "-D", Data, "-m", "immediate", "-w", "stop");

    /// <summary>A database with its three roles, as LocalHost makes it for a service.</summary>
    public async Task<Database> CreateDatabaseAsync(string name)
    {
        await using var source = new NpgsqlDataSourceBuilder(AdminConnectionString).Build();
        foreach (string sql in new[]
        {
            $"create role {name}_owner login", $"create role {name}_app login", $"create role {name}_daemon login",
            $"create database {name} owner {name}_owner",
        })
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
        return new Database(ConnectionString(name, $"{name}_owner"), ConnectionString(name, $"{name}_app"), ConnectionString(name, $"{name}_daemon"));
    }

    /// <summary>As a superuser, whom neither privileges nor row-level security stop.</summary>
    public string SuperuserConnectionString(string database) => ConnectionString(database, "postgres");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private string ConnectionString(string database, string user)
        => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Database={database};Username={user};Include Error Detail=true");

    private Task PostgresAsync(string program, params string[] arguments)
    {
        string path = Path.Combine(Binaries(), program);
        return Environment.IsPrivilegedProcess
            ? RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments])
            : RunAsync(path, arguments);
    }

    private static string Binaries()
        => Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).OrderDescending(StringComparer.Ordinal).First()
            : throw new InvalidOperationException("PostgreSQL is not installed: apt-get install postgresql.");

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Output goes nowhere: the server inherits the handles of pg_ctl, so reading them to the end would never end.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments])
        {
            WorkingDirectory = Path.GetTempPath(),
        };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} failed with {process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

public sealed record Database(string OwnerConnectionString, string AppConnectionString, string DaemonConnectionString);
