using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Peers;

namespace Pathways.Messaging.Operating;

/// <summary>
/// Goes on from a source that was restored from a backup. Each stream's cursor goes back to the last event that was taken
/// and that the source still has; what the source has after it is then taken in the usual way. What followed here from events
/// that are lost remains, and is named.
/// </summary>
internal sealed class SourceAcceptance(
    IEventStore store, ConsumerSet consumers, ComparedHeads compared, Cursors cursors, SourceEffects effects, SourceFeed feed, MessagingStatus status)
{
    /// <summary>Above the tenants: that it was done at all.</summary>
    private const string AllTenants = "*";

    /// <summary>Between the clock that stamped a mark and those that stamped what came after it.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    public async Task<Result<SourceAcceptanceView>> AcceptAsync(string source, string reason, bool confirm, EventContext context, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(reason)) return Rejection.Invalid("reason-missing", "A restored source is accepted for a reason.", "Say why it is right to go on from it.", "/reason");
        if (consumers.Of(source) is null) return Rejection.NotFound("source-unknown", $"Nothing is taken from '{source}' here.", "`deploy/pathways source list` tells from whom.");
        if (!status.IsRestored(source) || await compared.MarkAsync(source, cancellation) is not { } known)
            return Rejection.Conflict("source-not-restored", $"{source} is not known to have been restored.", "It is noticed within ten seconds; health says so then.");

        var log = await feed.LogAsync(source, known.Position, cancellation);
        var (common, since) = await CommonAsync(source, log.Position, cancellation);
        var followed = await effects.SinceAsync(source, since, cancellation);
        var there = await feed.PositionsAsync(source, followed.Select(effect => effect.Cause), cancellation);
        var rewound = await RewoundAsync(source, common, [.. followed.Select(effect => effect.Cause)], cancellation);
        var remaining = followed.Where(effect => !there.ContainsKey(effect.Cause)).ToList();
        var view = new SourceAcceptanceView(source, Done: false, known.Position, common, log.Position, rewound, remaining);
        if (!confirm) return view;

        foreach (string tenant in rewound.Select(stream => stream.Tenant).Concat(remaining.Select(effect => effect.Tenant)).Distinct().Append(AllTenants))
        {
            if (await RecordAsync(view, tenant, reason, context, cancellation) is { } rejection) return rejection;
        }
        await compared.AcceptAsync(source, new LogMark(log.Position, log.Hash), common, cancellation);
        return view with { Done = true };
    }

    /// <summary>The last place that we know to be in both logs, and when we saw it; the beginning when we know none.</summary>
    private async Task<(long Position, DateTime Since)> CommonAsync(string source, long reaches, CancellationToken cancellation)
    {
        var marks = (await compared.MarksAsync(source, cancellation)).Where(seen => seen.Mark.Position <= reaches).ToList();
        var (low, high) = (0, marks.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool holds = (await feed.LogAsync(source, marks[middle].Mark.Position, cancellation)).HashThere == marks[middle].Mark.Hash;
            (low, high) = holds ? (middle + 1, high) : (low, middle);
        }
        return low == 0 ? (0, DateTime.UnixEpoch) : (marks[low - 1].Mark.Position, marks[low - 1].SeenAt - Margin);
    }

    private async Task<IReadOnlyList<RewoundStream>> RewoundAsync(string source, long common, HashSet<Guid> taken, CancellationToken cancellation)
    {
        var heads = await feed.AllHeadsAsync(source, cancellation);
        var rewound = new List<RewoundStream>();
        foreach (var (stream, cursor) in await cursors.AllOfAsync(source, cancellation))
        {
            // Nothing has come to it since, and it has all that was taken.
            if (!cursor.Parked && heads.GetValueOrDefault((stream.Tenant, stream.Stream)) is { } head && head.Position <= common && head.Version >= cursor.Version) continue;
            var published = await feed.ReadAsync(stream, after: 0, cancellation).Select(item => (item.Version, item.Id)).ToListAsync(cancellation);
            var positions = await feed.PositionsAsync(source, published.Select(item => item.Id), cancellation);
            // What lies in both logs was taken; after that only what had an effect here is known to be.
            long kept = published
                .Where(item => item.Version <= cursor.Version && (positions.GetValueOrDefault(item.Id, long.MaxValue) <= common || taken.Contains(item.Id)))
                .Select(item => item.Version).DefaultIfEmpty(0).Max();
            // A parked message may be one that is lost: what the source has of it comes again.
            if (kept < cursor.Version || cursor.Parked)
                rewound.Add(new RewoundStream(stream.Tenant, stream.Stream, cursor.Version, kept, published.Select(item => item.Version).DefaultIfEmpty(0).Max()));
        }
        return rewound;
    }

    /// <summary>For one tenant, in one transaction: the event, and its cursors.</summary>
    private async Task<Rejection?> RecordAsync(SourceAcceptanceView view, string tenant, string reason, EventContext context, CancellationToken cancellation)
    {
        string stream = SourceAccepted.StreamOf(view.Source);
        var rewound = view.Rewound.Where(item => item.Tenant == tenant).ToList();
        var work = new UnitOfWork(context with { Tenant = tenant });
        work.Append(stream, await store.VersionAsync(tenant, stream, cancellation), [new SourceAccepted(
            view.Source, view.Known, view.Common, view.Reaches, rewound, [.. view.Remaining.Where(item => item.Tenant == tenant)], reason)]);
        foreach (var item in rewound)
        {
            foreach (var write in Cursors.Rewind(new SourceStream(tenant, view.Source, item.Stream), item.Taken, item.Kept)) work.Write(write);
        }
        return (await store.CommitAsync(work, cancellation)).Rejection;
    }
}
