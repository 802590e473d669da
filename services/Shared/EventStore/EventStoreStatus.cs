using System.Collections.Concurrent;
using Pathways.EventStore.Integrity;
using Pathways.EventStore.Projections;

namespace Pathways.EventStore;

/// <summary>How this process's background work stands, for health checks. A follower that fails says so here until it moves on.</summary>
public sealed class EventStoreStatus
{
    private readonly ConcurrentDictionary<(FollowerKind Kind, string Name), FollowerStatus> _followers = [];
    private readonly ConcurrentDictionary<string, RebuildProgress> _rebuilds = [];
    private long _head;
    private volatile FollowerError? _sealerError;
    private volatile HeadsFault? _headsFault;

    /// <summary>Position of the last sealed event that this process has seen.</summary>
    public long Head => Interlocked.Read(ref _head);

    public FollowerError? SealerError => _sealerError;

    /// <summary>Why the log's heads are not being signed, or not kept in the second place; null while they are.</summary>
    public HeadsFault? HeadsFault => _headsFault;

    public IReadOnlyList<FollowerStatus> Followers
        => [.. _followers.Values.Select(follower => follower with { Lag = Math.Max(0, Head - follower.Position) }).OrderBy(follower => follower.Name)];

    /// <summary>The last rebuild of each projection in this process, under way or finished.</summary>
    public IReadOnlyCollection<RebuildProgress> Rebuilds => [.. _rebuilds.Values];

    internal void Rebuilding(RebuildProgress progress) => _rebuilds[progress.Projection] = progress;

    /// <summary>The one that is under way, and else the one that is given.</summary>
    internal RebuildProgress RebuildingUnlessUnderWay(RebuildProgress begun)
        => _rebuilds.AddOrUpdate(begun.Projection, begun, (_, last) => last.Finished ? begun : last);

    internal void Sealed(long head)
    {
        Interlocked.Exchange(ref _head, head);
        _sealerError = null;
    }

    internal void SealerFailed(FollowerError error) => _sealerError = error;

    internal void HeadsKept() => _headsFault = null;

    internal void HeadsFailed(Exception error, DateTimeOffset now)
        => _headsFault = new HeadsFault(error.Message, error is LogBehindItsHeadsException, _headsFault?.Since ?? now);

    internal void Moved(FollowerKind kind, string name, long position)
        => _followers[(kind, name)] = new FollowerStatus(kind, name, position, 0, Error: null);

    internal void Failed(FollowerKind kind, string name, FollowerError error)
        => _followers.AddOrUpdate((kind, name), _ => new FollowerStatus(kind, name, 0, 0, error), (_, old) => old with { Error = error });
}

public enum FollowerKind
{
    Projection,
    Subscription,
}

/// <param name="Position">Up to which the log was followed.</param>
/// <param name="Lag">Sealed events that it has not followed yet.</param>
/// <param name="Error">Why it stands still; null while it runs.</param>
public sealed record FollowerStatus(FollowerKind Kind, string Name, long Position, long Lag, FollowerError? Error);

/// <param name="Attempts">Failures in a row.</param>
public sealed record FollowerError(string Message, int Attempts, DateTimeOffset Since);

/// <param name="LogWentBack">The log is not the one whose heads are kept: it was cut, or restored from an older backup. It does not pass by itself.</param>
public sealed record HeadsFault(string Message, bool LogWentBack, DateTimeOffset Since);
