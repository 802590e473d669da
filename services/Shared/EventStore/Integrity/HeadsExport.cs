using System.Text;
using Microsoft.Extensions.Configuration;

namespace Pathways.EventStore.Integrity;

/// <summary>
/// Copies this service's signed heads to a second place: <c>&lt;service&gt;.heads</c> in the folder <c>Pathways:Heads</c>. The
/// file only grows. It goes on from what the file holds, not from what was signed last, so a crash leaves no gap.
/// </summary>
internal sealed class HeadsExport(Checkpoints checkpoints, CheckpointKey key, IConfiguration configuration)
{
    private const int Page = 200;

    // More than any note is long: what is read of a file that grows for years.
    private const int Tail = 16 * 1024;

    private readonly string? _path = configuration["Pathways:Heads"] is { Length: > 0 } folder
        ? Path.Combine(folder, $"{configuration["Pathways:Service"] ?? "service"}{KeptHeads.Extension}")
        : null;

    /// <exception cref="LogBehindItsHeadsException">The last head in the second place is none of this log.</exception>
    public async Task AppendAsync(CancellationToken cancellation)
    {
        if (_path is null) return;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        await using var turn = await checkpoints.TakeTurnAsync(cancellation);
        if (turn is null) return;
        // Unbuffered: whoever reads meanwhile sees whole notes.
        await using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        long last = 0;
        if (await LastAsync(file, cancellation) is { } kept)
        {
            last = kept.Size;
            // By its root too: a database that was restored and has grown again is longer than what was kept, and another one.
            // That the log itself goes on from what was signed is compared where it is signed.
            byte[]? signed = await checkpoints.RootAsync(last, cancellation);
            if (!kept.Root.AsSpan().SequenceEqual(signed))
                throw new LogBehindItsHeadsException($"{_path} holds a head of size {last} that is not among those signed in the database.");
        }
        string start = file.Length == 0 ? HeadsText.Of(key.Verifier) : "";
        while (await checkpoints.AfterAsync(last, Page, cancellation) is { Count: > 0 } notes)
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(start + string.Concat(notes.Select(HeadsText.Of))), cancellation);
            last = key.Verifier.Open(notes[^1])!.Size;
            start = "";
        }
        file.Flush(flushToDisk: true);
    }

    private async Task<Checkpoint?> LastAsync(FileStream file, CancellationToken cancellation)
    {
        byte[] tail = new byte[Math.Min(Tail, file.Length)];
        file.Seek(-tail.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(tail, cancellation);
        string text = Encoding.UTF8.GetString(tail);
        int start = text.LastIndexOf($"{key.Origin}\n", StringComparison.Ordinal);
        return start < 0 ? null : Checkpoint.Parse(text[start..], key.Origin);
    }
}

/// <summary>
/// The log is not the one whose head was signed or kept, or ends before it: it was cut, or restored from a backup that is older than
/// what others have seen. Who knows why removes what was signed of the rows that are gone (README.md has the SQL), and puts the file of
/// heads aside, as evidence; the log's heads then begin a new one.
/// </summary>
public sealed class LogBehindItsHeadsException(string message) : Exception(message)
{
    /// <summary>It ends before the last head: its tail is missing. Otherwise it is long enough, and another one.</summary>
    public bool LogIsShorter { get; init; }
}
