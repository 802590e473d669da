using System.Collections.Immutable;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Connecting;

/// <summary>Which statements: each list that is not empty must be met by one of its members. An empty filter is all.</summary>
/// <param name="RelatedActivities">An activity counts wherever the statement mentions it, not only as its object.</param>
/// <param name="Learners">Pseudonyms of agents: what is stored of a filter names nobody.</param>
/// <param name="RelatedAgents">An agent counts wherever the statement mentions it, and as its authority.</param>
public sealed record StatementFilter(
    ImmutableArray<string> Verbs, ImmutableArray<string> Activities, bool RelatedActivities, ImmutableArray<string> Learners, bool RelatedAgents)
{
    public const int MostOfEach = 50;

    public static StatementFilter All { get; } = new([], [], RelatedActivities: false, [], RelatedAgents: false);

    /// <param name="terms">Of the statement, as <see cref="Term.Of"/> gives them.</param>
    /// <param name="pseudonym">Of a person.</param>
    public bool Matches(IReadOnlyCollection<Term> terms, Func<Identity, string> pseudonym)
        => IsMet(Verbs, [TermKind.Verb], terms, value => value)
            && IsMet(Activities, RelatedActivities ? TermKind.Activity.Related() : [TermKind.Activity], terms, value => value)
            && IsMet(Learners, RelatedAgents ? TermKind.Agent.Related() : [TermKind.Agent], terms, value => pseudonym(new Identity(value)));

    public bool Equals(StatementFilter? other)
        => other is not null && RelatedActivities == other.RelatedActivities && RelatedAgents == other.RelatedAgents
            && Verbs.SequenceEqual(other.Verbs) && Activities.SequenceEqual(other.Activities) && Learners.SequenceEqual(other.Learners);

    public override int GetHashCode() => HashCode.Combine(Verbs.Length, Activities.Length, RelatedActivities, Learners.Length, RelatedAgents);

    private static bool IsMet(ImmutableArray<string> wanted, IReadOnlyList<TermKind> kinds, IReadOnlyCollection<Term> terms, Func<string, string> told)
        => wanted.IsEmpty || terms.Any(term => kinds.Contains(term.Kind) && wanted.Contains(told(term.Value)));
}
