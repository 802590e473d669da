using System.Runtime.CompilerServices;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Peers;

namespace Pathways.Messaging.Operating;

public enum SourceState
{
    /// <summary>Its log still holds what came from it.</summary>
    Whole,

    /// <summary>Its log is another one than that which reached us: it went back to a backup.</summary>
    Restored,

    /// <summary>It can't be asked just now, or nothing came from it yet.</summary>
    Unknown,
}

/// <summary>A source as this service knows it.</summary>
/// <param name="Known">How far we know its log to have come.</param>
/// <param name="Reaches">How far it comes now; null when it can't be asked.</param>
/// <param name="Ahead">Of a restored one: streams of which we took more than it has.</param>
/// <param name="More">There are more of those than are listed.</param>
public sealed record SourceView(string Source, SourceState State, long Known, long? Reaches, IReadOnlyList<StreamAhead> Ahead, bool More);

/// <param name="Taken">The last version that was taken here; what followed from it remains.</param>
/// <param name="There">The last public version that the source has now; 0: it does not have the stream.</param>
public sealed record StreamAhead(string Tenant, string Stream, long Taken, long There);

/// <summary>
/// What differs between what was taken here and what the sources have, for an operator who must decide which is right. It
/// changes nothing. A stream that the restored source has continued beyond what was taken is not told from one that it never lost.
/// </summary>
internal sealed class SourceComparison(ConsumerSet consumers, ComparedHeads compared, Cursors cursors, SourceFeed feed)
{
    private const int MostStreams = 200;

    public async IAsyncEnumerable<SourceView> AllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (string source in consumers.All.Select(consumer => consumer.Source).Order(StringComparer.Ordinal)) yield return await LookAsync(source, cancellation);
    }

    private async Task<SourceView> LookAsync(string source, CancellationToken cancellation)
    {
        var mark = await compared.MarkAsync(source, cancellation);
        try
        {
            if (mark is null || !feed.Knows(source)) return new SourceView(source, SourceState.Unknown, mark?.Position ?? 0, Reaches: null, [], More: false);
            var log = await feed.LogAsync(source, mark.Position, cancellation);
            if (log.HashThere == mark.Hash) return new SourceView(source, SourceState.Whole, mark.Position, log.Position, [], More: false);
            var ahead = await AheadAsync(source, cancellation).Take(MostStreams + 1).ToListAsync(cancellation);
            return new SourceView(source, SourceState.Restored, mark.Position, log.Position, [.. ahead.Take(MostStreams)], ahead.Count > MostStreams);
        }
        catch (Exception e) when (Faults.IsTransient(e) && !cancellation.IsCancellationRequested)
        {
            return new SourceView(source, SourceState.Unknown, mark?.Position ?? 0, Reaches: null, [], More: false);
        }
    }

    private async IAsyncEnumerable<StreamAhead> AheadAsync(string source, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var heads = await feed.AllHeadsAsync(source, cancellation);
        foreach (var (stream, cursor) in await cursors.AllOfAsync(source, cancellation))
        {
            long taken = cursor.Version;
            if (taken == 0 || heads.GetValueOrDefault((stream.Tenant, stream.Stream))?.Version >= taken) continue;
            // The list of heads leaves out the youngest: the stream itself says.
            long there = await feed.ReadAsync(stream, after: 0, cancellation).Select(published => published.Version).LastOrDefaultAsync(cancellation);
            if (there < taken) yield return new StreamAhead(stream.Tenant, stream.Stream, taken, there);
        }
    }
}
