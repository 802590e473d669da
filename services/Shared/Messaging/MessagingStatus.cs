using System.Collections.Concurrent;

namespace Pathways.Messaging;

/// <summary>What health tells about messaging. Empty <see cref="Problems"/>: all is well.</summary>
public sealed class MessagingStatus
{
    private readonly ConcurrentDictionary<string, string> _consumingFails = new();
    private readonly ConcurrentDictionary<string, long> _waiting = new();
    private readonly ConcurrentDictionary<string, string> _wentBack = new();
    private volatile string? _publishingFails;
    private volatile string? _brokerFails;
    private volatile int _misses;
    private long _parkedStreams;
    private long _unroutable;
    private long _deadLetters;

    public long ParkedStreams => Interlocked.Read(ref _parkedStreams);

    /// <summary>How often in a row the watchdog found a queue that this service should consume and does not.</summary>
    public int Misses => _misses;

    public IReadOnlyList<string> Problems
    {
        get
        {
            var problems = new List<string>();
            if (_brokerFails is { } broker) problems.Add($"The broker can't be reached: {broker}");
            if (_publishingFails is { } publishing) problems.Add($"Publishing waits: {publishing}");
            problems.AddRange(_consumingFails.Select(fault => $"Events of {fault.Key} wait: {fault.Value}"));
            problems.AddRange(_wentBack.Values);
            if (_misses > 0) problems.Add($"A queue has no consumer ({_misses} times in a row)");
            if (ParkedStreams is > 0 and var parked) problems.Add($"{parked} streams are parked");
            if (Interlocked.Read(ref _unroutable) is > 0 and var unroutable) problems.Add($"{unroutable} messages were unroutable");
            if (Interlocked.Read(ref _deadLetters) is > 0 and var dead) problems.Add($"{dead} messages are dead letters");
            return problems;
        }
    }

    /// <summary>Whether the watchdog saw nothing in the queue of a source when it looked last. No when it could not look.</summary>
    internal bool IsQueueEmpty(string source) => _waiting.TryGetValue(source, out long waiting) && waiting == 0;

    internal void Waits(string source, long messages) => _waiting[source] = messages;

    internal bool PublishesInVain => _publishingFails is not null;

    internal void PublishingFails(string why) => _publishingFails = why;

    internal void PublishingWorks() => _publishingFails = null;

    internal void ConsumingFails(string source, string why) => _consumingFails[source] = why;

    internal void ConsumingWorks(string source) => _consumingFails.TryRemove(source, out _);

    /// <summary>A source's log lacks what we took from it. Only people can say which of the two is right.</summary>
    internal void WentBack(string source, long position) => _wentBack[source] =
        $"{source} does not have its log of before at position {position}: it was restored, and we may have taken events that it has lost. Nothing is taken from it until an operator accepts it";

    /// <summary>Nothing is taken from such a source until an operator has accepted it.</summary>
    internal bool IsRestored(string source) => _wentBack.ContainsKey(source);

    internal void IsWhole(string source) => _wentBack.TryRemove(source, out _);

    internal void BrokerWorks() => _brokerFails = null;

    internal void BrokerFails(string why)
    {
        _brokerFails = why;
        _waiting.Clear();
    }

    internal void ConsumersMissing(int misses) => _misses = misses;

    internal void Parked(long streams) => Interlocked.Exchange(ref _parkedStreams, streams);

    internal void SetAside(long unroutable, long deadLetters)
    {
        Interlocked.Exchange(ref _unroutable, unroutable);
        Interlocked.Exchange(ref _deadLetters, deadLetters);
    }
}
