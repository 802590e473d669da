using System.Collections.Immutable;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Portfolio;

/// <summary>A file or a link in a learner's portfolio. What it is, its hash too, is only in <paramref name="Text"/>, as ciphertext.</summary>
/// <param name="EvidenceId">Keyed hash of learner and content: the same content is the same evidence.</param>
/// <param name="Kind"><c>file</c> or <c>link</c>.</param>
/// <param name="Length">Of the file, in bytes; 0 of a link.</param>
public sealed record EvidenceAdded(string EvidenceId, string LearnerId, string Kind, long Length, string Text, ImmutableArray<Guid> Records);

/// <summary>It supports a record: a statement of the same learner.</summary>
public sealed record EvidenceLinked(string EvidenceId, Guid RecordId);

public sealed record EvidenceUnlinked(string EvidenceId, Guid RecordId);

/// <param name="Reason"><c>deleted</c>, or <c>erased</c> with the learner.</param>
public sealed record EvidenceDeleted(string EvidenceId, string Reason);

/// <param name="LearnerId">Null while there is none.</param>
public sealed record EvidenceState(string? LearnerId, ImmutableHashSet<Guid> Records);

/// <summary>One piece of evidence. It can be deleted, and be added again.</summary>
public static class Evidence
{
    public const string File = "file";
    public const string Link = "link";

    public const int MostRecords = 50;

    private static readonly EvidenceState None = new(LearnerId: null, []);

    public static Decider<EvidenceState> Decider { get; } = new(None, (state, @event) => @event switch
    {
        EvidenceAdded added => new EvidenceState(added.LearnerId, [.. added.Records]),
        EvidenceLinked linked => state with { Records = state.Records.Add(linked.RecordId) },
        EvidenceUnlinked unlinked => state with { Records = state.Records.Remove(unlinked.RecordId) },
        EvidenceDeleted => None,
        _ => throw new InvalidOperationException($"The stream of a piece of evidence does not hold {@event.GetType().Name}."),
    });

    public static string Stream(string id) => $"evidence-{id}";

    /// <summary>What is there already stays as it is.</summary>
    public static Decision Add(EvidenceState state, EvidenceAdded added)
    {
        if (added.Records.Length > MostRecords) return TooMany();
        return state.LearnerId is null ? Decision.Accept(added with { Records = [.. added.Records.Distinct()] }) : Decision.Nothing;
    }

    public static Decision Support(EvidenceState state, string id, string learnerId, Guid recordId)
    {
        if (state.LearnerId != learnerId) return Unknown(id);
        if (state.Records.Contains(recordId)) return Decision.Nothing;
        return state.Records.Count == MostRecords ? TooMany() : Decision.Accept(new EvidenceLinked(id, recordId));
    }

    public static Decision SupportNoMore(EvidenceState state, string id, string learnerId, Guid recordId)
    {
        if (state.LearnerId != learnerId) return Unknown(id);
        return state.Records.Contains(recordId) ? Decision.Accept(new EvidenceUnlinked(id, recordId)) : Decision.Nothing;
    }

    public static Decision Delete(EvidenceState state, string id, string learnerId, string reason)
        => state.LearnerId == learnerId ? Decision.Accept(new EvidenceDeleted(id, reason)) : Unknown(id);

    public static Rejection Unknown(string id) => Rejection.NotFound("evidence-not-found", $"There is no evidence {id} of this learner.", "List it with GET /learning-record/learners/{learnerId}/evidence.");

    private static Rejection TooMany() => Rejection.Invalid("evidence-invalid", $"A piece of evidence supports at most {MostRecords} records.", "Name fewer.", "/records");
}
