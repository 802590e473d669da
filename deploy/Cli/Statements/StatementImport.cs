using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;
using Pathways.LearningRecord.Domain.Csv;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.Cli.Statements;

/// <summary>Statements on their way to the record store, some batches at a time; what was refused is told or kept aside.</summary>
internal sealed class StatementImport(Door door, string tenant, ImportOptions options, Action<ImportProgress> progress) : IDisposable
{
    private const int LargestBatchBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan BetweenCheckpoints = TimeSpan.FromSeconds(1);

    private static readonly JsonSerializerOptions Told = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly SemaphoreSlim _refusing = new(1);
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, long> _finished = [];
    private Checkpoint _checkpoint = null!;
    private long _started, _written, _read;

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

    public void Dispose() => _refusing.Dispose();

    private async Task ReadAsync(Stream source, long skip, ChannelWriter<Batch> batches, CancellationToken cancellation)
    {
        try
        {
            var batch = new Batch();
            await foreach (var statement in StatementSource.ReadAsync(source, options.Mapping, tenant, cancellation))
            {
                if (statement.Number <= skip) continue;
                var json = statement.Refusal is null ? StatementIds.WithId(statement) : statement.Json;
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
            Finish(first, last, await StoreAsync(batch.Statements, cancellation));
        }
    }

    /// <summary>Each is stored by itself; so a batch that is sent again after an interruption finds its statements there.</summary>
    private async Task<(int Already, int Refused)> StoreAsync(List<SourceStatement> statements, CancellationToken cancellation)
    {
        var (sent, refused) = (statements.FindAll(statement => statement.Refusal is null), statements.FindAll(statement => statement.Refusal is not null));
        int already = 0;
        if (sent.Count > 0)
        {
            var answer = await door.ImportStatementsAsync(tenant, Body(sent), cancellation);
            already = (int)answer["already"]!;
            foreach (var outcome in answer["outcomes"]!.AsArray().Where(outcome => (string?)outcome!["result"] == "refused"))
            {
                var reason = new SourceRefusal((string)outcome!["code"]!, (string)outcome["reason"]!, (string?)outcome["place"]);
                refused.Add(sent[(int)outcome["index"]!] with { Refusal = reason });
            }
        }
        foreach (var statement in refused.OrderBy(statement => statement.Number)) await RefuseAsync(statement, cancellation);
        return (already, refused.Count);
    }

    private async Task RefuseAsync(SourceStatement statement, CancellationToken cancellation)
    {
        var refusal = statement.Refusal!;
        if (options.Refused is null)
        {
            string where = $"Statement {statement.Number}{(statement.Line is { } at ? $" (line {at})" : "")}";
            throw new ProblemException(new Problem(
                refusal.Code, 400, "The source holds what can't be stored", $"{where}: {refusal.Reason}", "Correct it and start again: it goes on where it stopped. With --refused FILE all others are stored.", refusal.Place));
        }
        string line = JsonSerializer.Serialize(new { number = statement.Number, line = statement.Line, code = refusal.Code, reason = refusal.Reason, place = refusal.Place }, Told);
        if (!statement.Json.IsEmpty) line = $"{line[..^1]},\"statement\":{AsJson(statement)}}}";
        await _refusing.WaitAsync(cancellation);
        try
        {
            await options.Refused.WriteLineAsync(line.AsMemory(), cancellation);
            await options.Refused.FlushAsync(cancellation);
        }
        finally
        {
            _refusing.Release();
        }
    }

    /// <summary>On one line. What is no JSON is told as the text that it is, for the file of the refused holds lines of JSON.</summary>
    private static string AsJson(SourceStatement refused)
    {
        string text = System.Text.Encoding.UTF8.GetString(refused.Json.Span);
        return refused.Refusal!.Code == StatementJson.Code ? JsonSerializer.Serialize(text, Told) : text.ReplaceLineEndings(" ");
    }

    /// <summary>Batches end in any order; the checkpoint is where all before it have ended.</summary>
    private void Finish(long first, SourceStatement last, (int Already, int Refused) outcome)
    {
        lock (_gate)
        {
            _finished[first] = last.Number;
            _read = Math.Max(_read, last.Read);
            _checkpoint = _checkpoint with { Already = _checkpoint.Already + outcome.Already, Refused = _checkpoint.Refused + outcome.Refused };
            while (_finished.TryGetValue(_checkpoint.Done + 1, out long through))
            {
                _finished.Remove(_checkpoint.Done + 1);
                _checkpoint = _checkpoint with { Done = through };
            }
            if (Stopwatch.GetElapsedTime(_written) < BetweenCheckpoints) return;
            _checkpoint.Write(options.Checkpoint);
            _written = Stopwatch.GetTimestamp();
            progress(Now() with { Read = _read });
        }
    }

    private ImportProgress Now() => new(_checkpoint.Done, _checkpoint.Already, _checkpoint.Refused, Read: 0, Stopwatch.GetElapsedTime(_started));

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
internal sealed record ImportOptions(int Batch, int Parallel, string? Checkpoint, TextWriter? Refused, CsvMapping? Mapping);

/// <param name="Already">Were there before.</param>
internal sealed record ImportProgress(long Done, long Already, long Refused, long Read, TimeSpan Elapsed);
