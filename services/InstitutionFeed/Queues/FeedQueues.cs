using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pathways.Kernel;
using Pathways.Messaging.Topology;

namespace Pathways.InstitutionFeed.Queues;

/// <summary>An institution asked for a queue.</summary>
/// <param name="Name">Empty for its first, which has no name.</param>
/// <param name="Queue">Its name at the broker.</param>
public sealed record QueueOpened(string Name, string Queue);

/// <summary>The broker does not have the queue any more: it is opened again, with all that was before.</summary>
public sealed record QueueLost(string Name, string Queue);

/// <summary>The queues of one institution, decided in the stream <see cref="Stream"/>.</summary>
public sealed partial record FeedQueues(ImmutableSortedDictionary<string, string> ByName)
{
    public const string Stream = "feed-queues";

    private const int Most = 20;

    public static Decider<FeedQueues> Decider { get; } = new(
        new FeedQueues(ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)),
        (state, @event) => @event switch
        {
            QueueOpened opened => new FeedQueues(state.ByName.SetItem(opened.Name, opened.Queue)),
            QueueLost => state,
            _ => throw new InvalidOperationException($"{@event.GetType().Name} is not an event of feed queues."),
        });

    /// <summary>Asking again for a queue that is there changes nothing.</summary>
    public static Decision Open(FeedQueues state, string tenant, string name)
    {
        if (name.Length > 0 && !Name().IsMatch(name))
            return Rejection.Invalid("queue-name-invalid", "A queue's name has 1 to 40 lower-case letters, digits and hyphens.", "Name it so, or leave the name out for the institution's first.", "/name");
        if (state.ByName.ContainsKey(name)) return Decision.Nothing;
        if (state.ByName.Count >= Most)
            return Rejection.Conflict("too-many-queues", $"An institution has at most {Most} queues.", "Let consumers share a queue: each reads it from its own offset.");
        return Decision.Accept(new QueueOpened(name, BrokerTopology.OfInstitution(tenant, name)));
    }

    public static Decision Lose(FeedQueues state, string name)
        => state.ByName.TryGetValue(name, out string? queue) ? Decision.Accept(new QueueLost(name, queue)) : Decision.Nothing;

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Name();
}
