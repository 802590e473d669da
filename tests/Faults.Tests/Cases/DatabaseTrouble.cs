using Npgsql;
using Pathways.LocalHost.Processes;
using Pathways.Tests.Support.Net;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>PostgreSQL is there, and hangs, throws connections out, or has none left.</summary>
internal static class DatabaseTrouble
{
    /// <summary>A request may wait as long as the service's own limit says, and the door a little longer.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(35);

    private const int MostThreads = 120;

    /// <summary>First nobody answers on the way, then the server's processes themselves stand still.</summary>
    public static Task<FaultReport> HangAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            var hangs = TimeSpan.FromSeconds(run.Choose(5, 20, 60));
            int before = system.History.Attempts.Count;
            system.Faults++;
            system.Postgres.SetBoth(Weather.Cut);
            await Task.Delay(hangs, token);
            BoundedThreads(system);
            system.Postgres.Restore();
            await Task.Delay(TimeSpan.FromSeconds(5), token);
            system.Signal("postgres", Signal.Stop);
            await Task.Delay(hangs, token);
            BoundedThreads(system);
            system.Signal("postgres", Signal.Continue);
            system.Seen.AddRange(system.History.Attempts.Skip(before).Where(attempt => attempt.Took > LongestAnswer)
                .Select(attempt => new Violation(ViolationKind.LeftOver, $"a caller waited {attempt.Took.TotalSeconds:0} s for {attempt.Answer}")));
        },
        cancellation);

    public static Task<FaultReport> TerminateAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            await using var admin = await system.Nodes.OpenAsync("postgres", token);
            for (int i = 0; i < run.Choose(20, 100, 600); i++)
            {
                await using var one = new NpgsqlCommand(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename ~ '_(app|daemon)$' order by random() limit 1", admin);
                if (await one.ExecuteScalarAsync(token) is true) system.Faults++;
                await Task.Delay(TimeSpan.FromMilliseconds(200), token);
            }

            if (system.Faults == 0) system.Seen.Add(new(ViolationKind.LeftOver, "no backend was terminated: the fault was none"));
        },
        cancellation);

    /// <summary>Transactions that stay open, in a service's database and in another one, and then no connection left: what is taken still goes its way.</summary>
    public static Task<FaultReport> ExhaustAsync(FaultRun run, CancellationToken cancellation) => UnderLoad.RunAsync(
        run,
        async (system, token) =>
        {
            var held = new List<NpgsqlConnection>();
            try
            {
                foreach (var database in (string[])["learning_record", "credential_issuance", "institution_feed", "postgres"])
                {
                    var idle = await system.Nodes.OpenAsync(database, token);
                    held.Add(idle);
                    system.Faults++;
                    // It has a transaction id and a snapshot, the two things that naive readers of a log wait for.
                    await using var begin = new NpgsqlCommand("begin isolation level repeatable read; select pg_current_xact_id(); create temporary table held (x int)", idle);
                    await begin.ExecuteNonQueryAsync(token);
                }

                await system.NewArrivesAsync(TimeSpan.FromSeconds(20), "with transactions open elsewhere, what is recorded now is in the feed", token);
                system.Faults++;
                await TakeAllAsync(system, held, token);
                await Task.Delay(TimeSpan.FromSeconds(run.Choose(3, 15, 60)), token);
            }
            finally
            {
                foreach (var connection in held) await connection.DisposeAsync();
            }
        },
        cancellation);

    private static async Task TakeAllAsync(FaultSystem system, List<NpgsqlConnection> held, CancellationToken cancellation)
    {
        try
        {
            while (true) held.Add(await system.Nodes.OpenAsync("postgres", cancellation));
        }
        catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // There is none left, which was the aim.
            return;
        }
    }

    private static void BoundedThreads(FaultSystem system) => system.Seen.AddRange(system.ServiceProcesses
        .Select(name => (Name: name, Threads: system.Threads(name)))
        .Where(process => process.Threads > MostThreads)
        .Select(process => new Violation(ViolationKind.LeftOver, $"{process.Name} has {process.Threads} threads while the database hangs")));
}
