using Npgsql;

namespace Pathways.EventStore;

/// <summary>Keys of the two data sources: the role of requests, and the role of the background work.</summary>
public static class DataSources
{
    public const string App = "app";

    public const string Daemon = "daemon";

    /// <summary>
    /// The request role's connections for groups of appends. A stream that another process has locked must not hold up a
    /// whole group: there, a lock is waited for only shortly, and its unit then waits alone.
    /// </summary>
    internal const string Groups = "app groups";

    internal static NpgsqlDataSource Build(string connectionString, string name)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            // Never automatic: when the first use of a statement fails on its data, Npgsql 10.0 takes it for prepared and
            // breaks the connection at the next use. Hot statements are prepared by themselves.
            MaxAutoPrepare = 0,
            // Tells which statement of a batch has failed: its guarded write names the refusal.
            IncludeFailedBatchedCommand = true,
            // Everything here is local to a transaction, so a connection has nothing to forget between two uses.
            NoResetOnClose = true,
            ApplicationName = $"pathways {name}",
            // A server that has gone away without a word is given up within half of a request's time, and both sides find out
            // about a connection that the net forgot: ours would wait for answers, the server's would keep its locks for hours.
            Timeout = 10,
            CommandTimeout = 15,
            TcpKeepAlive = true,
            TcpKeepAliveTime = 10,
            TcpKeepAliveInterval = 5,
        };
        // An acknowledged commit is on disk, whatever the server's default. A process that hangs inside a transaction
        // (stopped, swapped out) loses it, with its locks, so that another one can go on. Plans here are short: compiling one
        // to machine code, as the server does when it overestimates, costs hundreds of times what it takes to run.
        settings.Options = string.Join(' ',
            settings.Options, "-c synchronous_commit=on", "-c idle_in_transaction_session_timeout=15000",
            "-c tcp_keepalives_idle=10", "-c tcp_keepalives_interval=5", "-c tcp_keepalives_count=3", "-c jit=off",
            name == Groups ? "-c lock_timeout=50" : "").Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
