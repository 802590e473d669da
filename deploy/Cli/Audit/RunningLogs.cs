using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.EventStore.Integrity;

namespace Pathways.Cli.Audit;

/// <summary>The logs and signed heads of the running services, through the door.</summary>
internal sealed class RunningLogs(Door door)
{
    private const int Page = 200;

    private static readonly JsonSerializerOptions Whole = new(JsonSerializerOptions.Web) { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public async IAsyncEnumerable<ServiceLog> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var service in SystemServices.WithLog) yield return await ReadAsync(service, cancellation);
    }

    /// <summary>Has a service sign its log as it is now.</summary>
    /// <returns>Why it refuses: the log does not go on from the head that it has signed last.</returns>
    public async Task<LogFault?> SignAsync(string service, CancellationToken cancellation)
    {
        try
        {
            await door.PostAsync(Door.AllTenants, $"{service}/audit/checkpoints?after={long.MaxValue}", body: null, cancellation);
            return null;
        }
        catch (ProblemException refused) when (refused.Problem.Code == "log-behind-its-heads")
        {
            return new LogFault((await HeadAsync(service, cancellation)).Position + 1, LogFaultKind.TailMissing, refused.Problem.Line);
        }
        catch (ProblemException refused) when (refused.Problem.Code == "log-rewritten")
        {
            return new LogFault(1, LogFaultKind.Rewritten, refused.Problem.Line);
        }
    }

    /// <summary>The key of a service's log, and every head it has signed beyond a size.</summary>
    public async Task<(VerifierKey Key, IReadOnlyList<string> Notes)> HeadsAsync(string service, long after, CancellationToken cancellation)
    {
        var notes = new List<string>();
        while (true)
        {
            var page = await AskAsync<HeadsPage>(service, $"checkpoints?after={after}", cancellation);
            var key = VerifierKey.Parse(page.Key) ?? throw new FormatException($"{service} shows a key that is none.");
            if (page.Notes.Contains(null)) throw new FormatException($"{service} shows a head that is null.");
            notes.AddRange(page.Notes!);
            if (page.Notes.Count < Page) return (key, notes);
            after = key.Open(notes[^1])?.Size ?? throw new FormatException($"{service} shows a head that its own key has not signed.");
        }
    }

    /// <summary>That the log of one size is the beginning of a head's log.</summary>
    public async Task<IReadOnlyList<byte[]>> ConsistencyAsync(string service, long from, long size, CancellationToken cancellation)
        => [.. (await AskAsync<ProofAnswer>(service, $"proofs/consistency?from={from}&size={size}", cancellation)).Hashes.Select(hash => Convert.FromHexString(hash ?? ""))];

    private async Task<ServiceLog> ReadAsync(string service, CancellationToken cancellation)
    {
        // In this order: no head is larger than the log that is then read.
        var (key, notes) = await HeadsAsync(service, 0, cancellation);
        var head = await HeadAsync(service, cancellation);
        return new ServiceLog(service, key, notes, head, EntriesAsync(service, head.Position, cancellation));
    }

    private async Task<LogHead> HeadAsync(string service, CancellationToken cancellation)
    {
        var head = await AskAsync<HeadAnswer>(service, "head", cancellation);
        return new LogHead(head.Position, Convert.FromHexString(head.Hash));
    }

    private async IAsyncEnumerable<LogEntry> EntriesAsync(string service, long last, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (long after = 0; after < last;)
        {
            var page = await AskAsync<LogPage>(service, $"log?after={after}&limit={Page}", cancellation);
            var entries = page.Items.Select(node => Read<LogLine>(service, node, JsonSerializerOptions.Web).ToEntry()).ToList();
            foreach (var entry in entries.TakeWhile(entry => entry.Position <= last)) yield return entry;
            if (entries.Count == 0) yield break;
            after = entries[^1].Position;
        }
    }

    private async Task<T> AskAsync<T>(string service, string path, CancellationToken cancellation)
    {
        try
        {
            return Read<T>(service, await door.GetAsync(Door.AllTenants, $"{service}/audit/{path}", cancellation), Whole);
        }
        catch (JsonException broken)
        {
            throw Unreadable(service, broken);
        }
    }

    /// <exception cref="FormatException">It is something else, or lacks a member.</exception>
    private static T Read<T>(string service, JsonNode? answer, JsonSerializerOptions options)
    {
        try
        {
            return answer.Deserialize<T>(options) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException broken)
        {
            throw Unreadable(service, broken);
        }
    }

    private static FormatException Unreadable(string service, JsonException broken) => new($"{service} gives an answer that can't be read. {broken.Message}", broken);

    private sealed record HeadsPage(string Key, IReadOnlyList<string?> Notes);

    private sealed record HeadAnswer(long Position, string Hash);

    private sealed record ProofAnswer(IReadOnlyList<string?> Hashes);

    // An entry leaves out what is null.
    private sealed record LogPage(JsonArray Items);
}
