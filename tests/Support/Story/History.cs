using System.Collections.Concurrent;

namespace Pathways.Tests.Support.Story;

public enum Outcome
{
    /// <summary>It was acknowledged: from now on it must be there.</summary>
    Ok,

    /// <summary>It was refused, for good: it must not be there.</summary>
    Refused,

    /// <summary>No answer, or one that leaves it open: it may be there or not.</summary>
    Unknown,
}

/// <summary>One command as its caller saw it. It is asked only once.</summary>
/// <param name="Statement">The id of the statement that was sent.</param>
/// <param name="Answer">The status, or the name of what broke the connection.</param>
/// <param name="SaysWhenToRetry">The answer has a <c>Retry-After</c>.</param>
public sealed record Attempt(Guid Statement, string Caller, Outcome Outcome, string Answer, TimeSpan Took, bool SaysWhenToRetry = false);

/// <summary>What callers asked for and what they were told; the other half of the truth is in the logs.</summary>
public sealed class History
{
    private readonly ConcurrentQueue<Attempt> _attempts = new();

    public IReadOnlyList<Attempt> Attempts => [.. _attempts];

    public void Add(Attempt attempt) => _attempts.Enqueue(attempt);
}
