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

    /// <exception cref="LogBehindItsHeadsException">The second place holds a head that this log has not reached.</exception>
    public async Task AppendAsync(CancellationToken cancellation)
    {
        if (_path is null) return;
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        await using var turn = await checkpoints.TakeTurnAsync(cancellation);
        if (turn is null) return;
        // Unbuffered: whoever reads meanwhile sees whole notes.
        await using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
        long last = await LastSizeAsync(file, cancellation);
        if (await checkpoints.LatestSizeAsync(cancellation) is var signed && signed < last) throw new LogBehindItsHeadsException(_path, last, signed);
        string start = file.Length == 0 ? HeadsText.Of(key.Verifier) : "";
        while (await checkpoints.AfterAsync(last, Page, cancellation) is { Count: > 0 } notes)
        {
            await file.WriteAsync(Encoding.UTF8.GetBytes(start + string.Concat(notes.Select(HeadsText.Of))), cancellation);
            last = key.Verifier.Open(notes[^1])!.Size;
            start = "";
        }
        file.Flush(flushToDisk: true);
    }

    private async Task<long> LastSizeAsync(FileStream file, CancellationToken cancellation)
    {
        byte[] tail = new byte[Math.Min(Tail, file.Length)];
        file.Seek(-tail.Length, SeekOrigin.End);
        await file.ReadExactlyAsync(tail, cancellation);
        string text = Encoding.UTF8.GetString(tail);
        int start = text.LastIndexOf($"{key.Origin}\n", StringComparison.Ordinal);
        return start < 0 ? 0 : Checkpoint.Parse(text[start..], key.Origin)?.Size ?? 0;
    }
}

/// <summary>The log ends before a head that it has signed: it was cut, or restored from a backup that is older than what others have seen.</summary>
public sealed class LogBehindItsHeadsException(string path, long kept, long signed)
    : Exception($"{path} holds a head of size {kept}; the last one signed in the database has size {signed}.");
