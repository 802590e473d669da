namespace Pathways.EventStore.Integrity;

/// <summary>
/// Recomputes an exported log, trusting nothing in it, and names the first bad position. It needs no database: entries
/// in, verdict out. What a consistent rewriting of the whole log would hide is found by heads that were kept elsewhere.
/// </summary>
public sealed class LogVerifier
{
    private readonly CompactRange _tree = new();
    private readonly SortedDictionary<long, List<byte[]>> _heads = [];
    private byte[] _chain = LeafHash.Genesis;
    private long _lastHead;

    /// <summary>The first fault; what comes after it is not judged.</summary>
    public LogFault? Fault { get; private set; }

    public long Position => _tree.Size;

    /// <summary>The chain's hash up to here.</summary>
    public ReadOnlyMemory<byte> Chain => _chain;

    /// <summary>The Merkle root up to here.</summary>
    public byte[] Root() => _tree.Root();

    /// <summary>A head that was signed: the log must have had this root at this size. To be told before the first entry.</summary>
    public void Expect(long size, byte[] root)
    {
        if (!_heads.TryGetValue(size, out var roots)) _heads[size] = roots = [];
        roots.Add(root);
        if (size == 0) CompareHeads();
    }

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
        else if (_heads.Count > 0 && _heads.Keys.Last() > Position)
            Fault = new LogFault(Position + 1, LogFaultKind.TailMissing, $"A signed head says that the log has reached {_heads.Keys.Last()}.");
        return Fault;
    }

    private void Judge(LogEntry entry, byte[] leaf, long position)
    {
        byte[] chain = LeafHash.Chain(_chain, leaf);
        bool leafHolds = leaf.AsSpan().SequenceEqual(entry.Leaf), chainHolds = chain.AsSpan().SequenceEqual(entry.Hash);
        if (!leafHolds || !chainHolds)
        {
            Fault = leafHolds ? new LogFault(position, LogFaultKind.ChainBroken, "The hash does not follow from the one before it.")
                : chainHolds ? new LogFault(position, LogFaultKind.SealAltered, $"The seal of event {entry.Event!.Id} was changed: its hash is right, its leaf is not.")
                : new LogFault(position, LogFaultKind.EventAltered, $"Event {entry.Event!.Id} is not what was sealed.");
            return;
        }
        // No hash runs over these two.
        if ((entry.EventId ?? entry.Event!.Id) != entry.Event!.Id || (entry.Tenant ?? entry.Event.Tenant) != entry.Event.Tenant)
        {
            Fault = new LogFault(position, LogFaultKind.SealAltered, $"The seal of event {entry.Event.Id} was changed: it names event {entry.EventId} of {entry.Tenant}.");
            return;
        }
        _chain = chain;
        _tree.Append(leaf);
        CompareHeads();
    }

    private void CompareHeads()
    {
        if (!_heads.TryGetValue(Position, out var roots)) return;
        byte[] root = _tree.Root();
        if (roots.TrueForAll(expected => expected.AsSpan().SequenceEqual(root))) _lastHead = Position;
        else Fault = new LogFault(_lastHead + 1, LogFaultKind.Rewritten, $"Rewritten between {_lastHead + 1} and {Position}: a signed head has another root.");
    }
}

/// <param name="Position">The first bad position; with <see cref="LogFaultKind.Rewritten"/> the first that may be bad; 0 when it is no entry that is bad.</param>
public sealed record LogFault(long Position, LogFaultKind Kind, string Message)
{
    /// <param name="what">Whose head it is, as the beginning of a sentence.</param>
    internal static LogFault Forged(string what, string note) => new(0, LogFaultKind.HeadForged, $"{what} is not signed by the log's key: {string.Join(' ', note.Split('\n').Take(3))}.");
}

public enum LogFaultKind
{
    EventAltered,
    EventMissing,
    SealAltered,
    PositionMissing,
    ChainBroken,
    TailMissing,

    /// <summary>All hashes agree with one another, and not with a head that was signed earlier.</summary>
    Rewritten,

    /// <summary>A head is not signed by the log's key.</summary>
    HeadForged,

    /// <summary>The log presents another key than the one that was kept.</summary>
    KeyChanged,

    /// <summary>A log of which heads were kept, or that the system has, is not there.</summary>
    LogMissing,

    /// <summary>Its service can't be asked, or shows what can't be read: nothing is known of the log.</summary>
    Unreadable,
}
