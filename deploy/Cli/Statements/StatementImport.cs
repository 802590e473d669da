using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;

namespace Pathways.Cli.Statements;

/// <summary>Statements on their way to the record store, some batches at a time; what was refused is told or kept aside.</summary>
internal sealed class StatementImport(Door door, string tenant, ImportOptions options, Action<ImportProgress> progress)
{
    private const int LargestBatchBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, long> _finished = [];
    private Checkpoint _checkpoint = null!;
    private long _started, _written;

    public async Task<ImportProgress> RunAsync(Stream source, Checkpoint from, CancellationToken cancellation)
    {
        _checkpoint = from;
        _started = _written = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // Bounded, so that a fast reader waits for a slow store and not in memory.
        var batches = Channel.CreateBounded<Batch>(options.Parallel);
        var reading = Task.Run(() => ReadAsync(source, from.Done, batches.Writer, stop.Token), CancellationToken.None);
        var sending = Enumerable.Range(0, options.Parallel).Select(_ => Task.Run(() => SendAsync(batches.Reader, stop.Token), CancellationToken.None)).ToList();
        try
        {
            foreach (var task in sending.Prepend(reading).ToList()) _ = task.ContinueWith(_ => stop.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            await Task.WhenAll(sending.Prepend(reading));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // What stopped the others is the reason that counts.
            await (sending.Prepend(reading).FirstOrDefault(task => task.IsFaulted) ?? Task.CompletedTask);
            throw;
        }
        finally
        {
            lock (_gate) _checkpoint.Write(options.Checkpoint);
        }
        return Now();
    }

    private async Task ReadAsync(Stream source, long skip, ChannelWriter<Batch> batches, CancellationToken cancellation)
    {
        try
        {
            var batch = new Batch();
            await foreach (var statement in StatementSource.ReadAsync(source, cancellation))
            {
                if (statement.Number <= skip) continue;
                var json = StatementIds.WithId(statement);
                if (batch.Statements.Count == options.Batch || (batch.Bytes + json.Length > LargestBatchBytes && batch.Statements.Count > 0))
                {
                    await batches.WriteAsync(batch, cancellation);
                    batch = new Batch();
                }
                batch.Add(statement with { Json = json });
            }
            if (batch.Statements.Count > 0) await batches.WriteAsync(batch, cancellation);
        }
        finally
        {
            batches.Complete();
        }
    }

    private async Task SendAsync(ChannelReader<Batch> batches, CancellationToken cancellation)
    {
        await foreach (var batch in batches.ReadAllAsync(cancellation))
        {
            var (first, last) = (batch.Statements[0].Number, batch.Statements[^1]);
            long refused = await StoreAsync(batch.Statements, cancellation);
            Finish(first, last, refused);
        }
    }

    /// <summary>A batch is stored whole or not at all: whoever spoils it is taken out, and the rest goes again.</summary>
    private async Task<long> StoreAsync(List<SourceStatement> statements, CancellationToken cancellation)
    {
        long refused = 0;
        while (statements.Count > 0)
        {
            var problem = await door.StoreStatementsAsync(tenant, Body(statements), cancellation);
            if (problem is null) return refused;
            int index = IndexOf(problem, statements);
            if (index < 0 || options.Refused is null)
                throw new ProblemException(problem with { Detail = $"Statement {statements[Math.Max(index, 0)].Number} of the source: {problem.Detail}" });
            await KeepAsideAsync(statements[index], problem, cancellation);
            refused++;
            statements.RemoveAt(index);
        }
        return refused;
    }

    private static int IndexOf(Problem problem, List<SourceStatement> statements)
    {
        string first = problem.Place?.Split('/').ElementAtOrDefault(1) ?? "";
        if (int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < statements.Count) return index;
        if (statements.Count == 1) return 0;
        // A conflict names the id.
        return problem.Detail is { } detail ? statements.FindIndex(statement => IdOf(statement) is { } id && detail.Contains(id, StringComparison.OrdinalIgnoreCase)) : -1;
    }

    private static string? IdOf(SourceStatement statement)
    {
        using var document = JsonDocument.Parse(statement.Json);
        return document.RootElement.TryGetProperty("id", out var id) ? id.GetString() : null;
    }

    private async Task KeepAsideAsync(SourceStatement statement, Problem problem, CancellationToken cancellation)
    {
        string line = JsonSerializer.Serialize(new { number = statement.Number, code = problem.Code, detail = problem.Detail, place = problem.Place }, JsonSerializerOptions.Web);
        await options.Refused!.WriteLineAsync($"{line[..^1]},\"statement\":{System.Text.Encoding.UTF8.GetString(statement.Json.Span)}}}".AsMemory(), cancellation);
        await options.Refused.FlushAsync(cancellation);
    }

    /// <summary>Batches end in any order; the checkpoint is where all before it have ended.</summary>
    private void Finish(long first, SourceStatement last, long refused)
    {
        lock (_gate)
        {
            _finished[first] = last.Number;
            _checkpoint = _checkpoint with { Refused = _checkpoint.Refused + refused };
            while (_finished.TryGetValue(_checkpoint.Done + 1, out long through))
            {
                _finished.Remove(_checkpoint.Done + 1);
                _checkpoint = _checkpoint with { Done = through };
            }
            if (Stopwatch.GetElapsedTime(_written) < BetweenCheckpoints) return;
            _checkpoint.Write(options.Checkpoint);
            _written = Stopwatch.GetTimestamp();
            progress(Now() with { Read = last.Read });
        }
    }

    private ImportProgress Now() => new(_checkpoint.Done, _checkpoint.Refused, Read: 0, Stopwatch.GetElapsedTime(_started));

    private static byte[] Body(List<SourceStatement> statements)
    {
        using var body = new MemoryStream(statements.Sum(statement => statement.Json.Length + 1) + 2);
        body.WriteByte((byte)'[');
        for (int i = 0; i < statements.Count; i++)
        {
            if (i > 0) body.WriteByte((byte)',');
            body.Write(statements[i].Json.Span);
        }
        body.WriteByte((byte)']');
        return body.ToArray();
    }

    private sealed class Batch
    {
        public List<SourceStatement> Statements { get; } = [];

        public int Bytes { get; private set; }

        public void Add(SourceStatement statement)
        {
            Statements.Add(statement);
            Bytes += statement.Json.Length;
        }
    }
}

/// <param name="Refused">Where statements go that the record store refuses; null stops the import at the first.</param>
internal sealed record ImportOptions(int Batch, int Parallel, string? Checkpoint, TextWriter? Refused);

internal sealed record ImportProgress(long Done, long Refused, long Read, TimeSpan Elapsed);
