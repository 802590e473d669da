using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Integrity;

/// <summary>
/// Logs of services in one file, a JSON document per line: for each service its key, signed heads and head, then its
/// entries, each with all that its leaf hash runs over. Verifying it needs neither service nor database.
/// </summary>
public static class LogFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static async Task WriteAsync(string path, IAsyncEnumerable<ServiceLog> logs, CancellationToken cancellation)
    {
        await using var file = new StreamWriter(path);
        await foreach (var log in logs.WithCancellation(cancellation))
        {
            var start = new LogStart(log.Service, log.Key?.ToString(), log.Notes, log.Head.Position, Convert.ToHexStringLower(log.Head.Hash));
            await file.WriteLineAsync(JsonSerializer.Serialize(start, Json).AsMemory(), cancellation);
            await foreach (var entry in log.Entries.WithCancellation(cancellation))
                await file.WriteLineAsync(JsonSerializer.Serialize(LogLine.Of(entry), Json).AsMemory(), cancellation);
        }
    }

    /// <summary>To be read in their order: the entries of one log end where the next one begins.</summary>
    /// <exception cref="FormatException">The file is not of this kind.</exception>
    public static async IAsyncEnumerable<ServiceLog> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var lines = new Lines(path);
        await lines.NextAsync(cancellation);
        while (lines.Current is { } line)
        {
            if (Parse<LogStart>(line) is not { Service: not null, Heads: not null, Hash: not null } start) throw new FormatException($"{path} is no exported log: '{line[..Math.Min(line.Length, 60)]}'.");
            if (start.Key is not null && VerifierKey.Parse(start.Key) is null) throw new FormatException($"{path} holds a key of {start.Service} that is none.");
            await lines.NextAsync(cancellation);
            yield return new ServiceLog(
                start.Service, start.Key is null ? null : VerifierKey.Parse(start.Key), start.Heads,
                new LogHead(start.Position, Convert.FromHexString(start.Hash)), EntriesAsync(lines, cancellation));
            // A verifier stops at the first fault.
            while (lines.Current is { } left && IsEntry(left)) await lines.NextAsync(cancellation);
        }
    }

    private static async IAsyncEnumerable<LogEntry> EntriesAsync(Lines lines, [EnumeratorCancellation] CancellationToken cancellation)
    {
        while (lines.Current is { } line && IsEntry(line))
        {
            yield return Parse<LogLine>(line)!.ToEntry();
            await lines.NextAsync(cancellation);
        }
    }

    private static bool IsEntry(string line) => !line.StartsWith("{\"service\"", StringComparison.Ordinal);

    private static T? Parse<T>(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, Json);
        }
        catch (JsonException broken)
        {
            throw new FormatException($"A line is no entry of a log: {broken.Message}", broken);
        }
    }

    private sealed record LogStart(string Service, string? Key, IReadOnlyList<string> Heads, long Position, string Hash);

    private sealed class Lines(string path) : IDisposable
    {
        private readonly StreamReader _file = new(path);

        public string? Current { get; private set; }

        public async Task NextAsync(CancellationToken cancellation) => Current = await _file.ReadLineAsync(cancellation);

        public void Dispose() => _file.Dispose();
    }
}

/// <summary>An entry as it travels, hashes in hexadecimal: over HTTP and in files.</summary>
public sealed record LogLine(long Position, string Leaf, string Hash, Guid? EventId, string? Tenant, StoredEvent? Event)
{
    public static LogLine Of(LogEntry entry)
        => new(entry.Position, Convert.ToHexStringLower(entry.Leaf), Convert.ToHexStringLower(entry.Hash), entry.EventId, entry.Tenant, entry.Event);

    /// <exception cref="FormatException">A hash is not hexadecimal.</exception>
    public LogEntry ToEntry() => new(Position, Convert.FromHexString(Leaf), Convert.FromHexString(Hash), EventId, Tenant, Event);
}
