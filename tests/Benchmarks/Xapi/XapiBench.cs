using System.CommandLine;
using System.Diagnostics;
using Npgsql;

namespace Pathways.Benchmarks.Xapi;

/// <summary>
/// An xAPI record store under load: our own in a process of its own with a database of its own, or with <c>--endpoint</c> any other.
/// CPU is of the service and the database, which a busy machine bends least. <c>--stored N</c> is what the reads are measured over.
/// </summary>
internal static class XapiBench
{
    public static async Task RunAsync(Report report, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var endpoint = new Option<string?>("--endpoint") { Description = "Another record store's base address, as https://host/xapi." };
        var key = new Option<string>("--key") { DefaultValueFactory = _ => "" };
        var secret = new Option<string>("--secret") { DefaultValueFactory = _ => "" };
        var stored = new Option<int>("--stored") { Description = "Statements to read from.", DefaultValueFactory = _ => 20_000 };
        var seconds = new Option<int>("--seconds") { Description = "How long each case runs.", DefaultValueFactory = _ => 4 };
        var only = new Argument<string[]>("case") { Description = "Only the cases whose names begin so, as \"post single, 16\".", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("xapi") { endpoint, key, secret, stored, seconds, only };
        var parse = command.Parse([.. arguments]);
        if (parse.Errors.Count > 0) throw new InvalidOperationException(string.Join(" ", parse.Errors));

        await using var target = parse.GetValue(endpoint) is { } other
            ? XapiTarget.At(other, parse.GetValue(key)!, parse.GetValue(secret)!)
            : await XapiTarget.StartAsync(cancellation);
        var load = new XapiLoad(target, TimeSpan.FromSeconds(parse.GetValue(seconds)), string.Join(' ', parse.GetValue(only) ?? []), report, cancellation);

        await load.StartAsync(n => XapiStatements.Post(target, n, 1));
        double limit = target.Database is null ? 0 : await PlainRowsAsync(target.Database, TimeSpan.FromSeconds(parse.GetValue(seconds)), cancellation);
        foreach (int connections in (int[])[1, 16])
        {
            await load.RunAsync("post single", connections, 1, n => XapiStatements.Post(target, n, 1), connections == 16 && limit > 0 ? ("hand-written Npgsql, one row a commit", limit) : null);
            await load.RunAsync("post batch of 50", connections, 50, n => XapiStatements.Post(target, n, 50), null);
        }
        await FillAsync(target, parse.GetValue(stored), cancellation);
        foreach (var (name, query) in XapiStatements.Reads())
            await load.RunAsync(name, 16, 1, n => XapiStatements.Get(target, query(n)), null);
        if (target.Database is not null) report.Add("storage", "per statement", await BytesPerStatementAsync(target.Database, cancellation), "bytes");
    }

    private static async Task FillAsync(XapiTarget target, int wanted, CancellationToken cancellation)
    {
        Report.Progress($"Storing {wanted} statements to read from …");
        await Parallel.ForEachAsync(Enumerable.Range(0, wanted / 50), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation }, async (batch, token) =>
        {
            using var request = XapiStatements.Fill(target, batch);
            using var response = await target.Http.SendAsync(request, token);
            response.EnsureSuccessStatusCode();
        });
    }

    /// <summary>The limit: a row with the same text for each statement, one commit each, 16 connections.</summary>
    private static async Task<double> PlainRowsAsync(NpgsqlDataSource database, TimeSpan time, CancellationToken cancellation)
    {
        await using (var create = database.CreateCommand("create table plain (id uuid primary key, body bytea not null)")) await create.ExecuteNonQueryAsync(cancellation);
        byte[] body = XapiStatements.One(0);
        long rows = 0;
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var insert = new NpgsqlCommand("insert into plain values ($1, $2)", connection) { Parameters = { new() { Value = Guid.Empty }, new() { Value = body } } };
            await insert.PrepareAsync(cancellation);
            while (Stopwatch.GetTimestamp() < end)
            {
                insert.Parameters[0].Value = Guid.CreateVersion7();
                await insert.ExecuteNonQueryAsync(cancellation);
                Interlocked.Increment(ref rows);
            }
        }));
        await using var drop = database.CreateCommand("drop table plain");
        await drop.ExecuteNonQueryAsync(cancellation);
        return rows / time.TotalSeconds;
    }

    private static async Task<double> BytesPerStatementAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("""
            select sum(pg_total_relation_size(c.oid))::float8 / (select count(*) from read.statement)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('events', 'read') and c.relkind = 'r'
            """);
        return (double)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
