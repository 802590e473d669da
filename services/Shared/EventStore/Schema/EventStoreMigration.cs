using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Pathways.EventStore.Schema;

/// <summary>
/// Brings a service's database to this build's schema: numbered files, each run once and then frozen (a changed one is
/// refused by its checksum), then the idempotent statements of projections and other rooms.
/// </summary>
public static class EventStoreMigration
{
    // One lock for all migrations of a database: replicas that start together take turns.
    private const long Lock = 0x50617468_00000001;

    /// <param name="ownerConnectionString">The role that owns the schemas (<c>&lt;db&gt;_owner</c>).</param>
    /// <param name="extraSchemaSql">Idempotent DDL, run every time, after the numbered files.</param>
    /// <exception cref="SchemaChangedException">An applied file differs from the one in this build.</exception>
    public static async Task RunAsync(string ownerConnectionString, IEnumerable<string> extraSchemaSql, CancellationToken cancellation)
    {
        await using var source = new NpgsqlDataSourceBuilder(ownerConnectionString).Build();
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({Lock.ToString(CultureInfo.InvariantCulture)})", cancellation);
        await ExecuteAsync(connection, """
            create schema if not exists events;
            create schema if not exists read;
            create table if not exists events.migration (
              name varchar primary key, checksum varchar not null, applied_at timestamptz not null default now());
            """, cancellation);
        var applied = await AppliedAsync(connection, cancellation);
        foreach (var (name, sql) in Files())
        {
            string checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            if (applied.TryGetValue(name, out string? known))
            {
                if (known != checksum) throw new SchemaChangedException(name);
                continue;
            }
            await ExecuteAsync(connection, sql, cancellation);
            await using var insert = new NpgsqlCommand("insert into events.migration (name, checksum) values ($1, $2)", connection)
            {
                Parameters = { new() { Value = name }, new() { Value = checksum } },
            };
            await insert.ExecuteNonQueryAsync(cancellation);
        }
        foreach (string sql in extraSchemaSql)
            await ExecuteAsync(connection, sql, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static IEnumerable<(string Name, string Sql)> Files()
    {
        var assembly = typeof(EventStoreMigration).Assembly;
        foreach (string resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            yield return (resource, reader.ReadToEnd());
        }
    }

    private static async Task<Dictionary<string, string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var applied = new Dictionary<string, string>();
        await using var command = new NpgsqlCommand("select name, checksum from events.migration", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) applied.Add(reader.GetString(0), reader.GetString(1));
        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

public sealed class SchemaChangedException(string file)
    : Exception($"The schema file '{file}' was changed after it had been applied. Add a new numbered file instead.");
