namespace Pathways.EventStore.Integrity;

/// <summary>
/// Recomputes an exported log, trusting nothing in it, and names the first bad position. It needs no database: entries
/// in, verdict out. What a consistent rewriting of the whole log would hide is found by heads that were kept elsewhere.
/// </summary>
public sealed class LogVerifier
{
    private readonly CompactRange _tree = new();
    private readonly SortedDictionary<long, byte[]> _kept = [];
    private byte[] _chain = LeafHash.Genesis;
    private long _lastKept;

    /// <summary>The first fault; what comes after it is not judged.</summary>
    public LogFault? Fault { get; private set; }

    public long Position => _tree.Size;

    /// <summary>The chain's hash up to here.</summary>
    public ReadOnlyMemory<byte> Chain => _chain;

    /// <summary>The Merkle root up to here.</summary>
    public byte[] Root() => _tree.Root();

    /// <summary>A head that was kept outside: the log must have had this root at this size.</summary>
    public void Expect(long size, byte[] root) => _kept[size] = root;

    public void Add(LogEntry entry)
    {
        if (Fault is not null) return;
        long position = _tree.Size + 1;
        if (entry.Position != position) Fault = new LogFault(position, LogFaultKind.PositionMissing, $"The log goes on with position {entry.Position}.");
        else if (entry.Event is null) Fault = new LogFault(position, LogFaultKind.EventMissing, "The sealed event is not stored any more.");
        else Judge(entry, LeafHash.Of(entry.Event), position);
    }

    /// <summary>After the last entry.</summary>
    /// <param name="head">What the log says of itself.</param>
    public LogFault? Finish(LogHead head)
    {
        if (Fault is not null) return Fault;
        if (head.Position != Position)
            Fault = new LogFault(Math.Min(head.Position, Position) + 1, LogFaultKind.TailMissing, $"The log ends at {Position}, its head says {head.Position}.");
        else if (!head.Hash.AsSpan().SequenceEqual(_chain))
            Fault = new LogFault(Position, LogFaultKind.ChainBroken, "The head's hash is not that of the last event.");
        else if (_kept.Count > 0 && _kept.Keys.Last() > Position)
            Fault = new LogFault(Position + 1, LogFaultKind.TailMissing, $"A kept head says that the log has reached {_kept.Keys.Last()}.");
        return Fault;
    }

    private void Judge(LogEntry entry, byte[] leaf, long position)
    {
        if (!leaf.AsSpan().SequenceEqual(entry.Leaf))
        {
            Fault = new LogFault(position, LogFaultKind.EventAltered, $"Event {entry.Event!.Id} is not what was sealed.");
            return;
        }
        _chain = LeafHash.Chain(_chain, leaf);
        if (!_chain.AsSpan().SequenceEqual(entry.Hash))
        {
            Fault = new LogFault(position, LogFaultKind.ChainBroken, "The hash does not follow from the one before it.");
            return;
        }
        _tree.Append(leaf);
        if (!_kept.TryGetValue(position, out byte[]? root)) return;
        if (root.AsSpan().SequenceEqual(_tree.Root())) _lastKept = position;
        else Fault = new LogFault(_lastKept + 1, LogFaultKind.Rewritten, $"Rewritten between {_lastKept + 1} and {position}: a kept head has another root.");
    }
}

/// <param name="Position">The first bad position; with <see cref="LogFaultKind.Rewritten"/> the first that may be bad.</param>
public sealed record LogFault(long Position, LogFaultKind Kind, string Message);

public enum LogFaultKind
{
    EventAltered,
    EventMissing,
    PositionMissing,
    ChainBroken,
    TailMissing,
    Rewritten,
}
