using System.Text.Json.Serialization;

namespace Pathways.LearningRecord.Domain.Recording;

/// <summary>A statement was accepted. What could name a person is only in <paramref name="Text"/>, which is ciphertext.</summary>
/// <param name="LearnerId">Pseudonym of the actor; the key that <paramref name="Text"/> is encrypted under is this learner's.</param>
/// <param name="ObjectType"><c>Activity</c>, <c>Agent</c>, <c>Group</c>, <c>StatementRef</c> or <c>SubStatement</c>.</param>
/// <param name="ActivityId">Where the object is an activity.</param>
/// <param name="RefersTo">Where the object is a StatementRef.</param>
/// <param name="Client">Whose credentials stored it.</param>
/// <param name="Text">The statement's JSON as it is returned, compressed and encrypted.</param>
/// <param name="Mentions">Other persons in it, in the order in which they stand there; absent when there are none.</param>
public sealed record StatementStored(
    Guid StatementId,
    string LearnerId,
    string VerbId,
    string ObjectType,
    string? ActivityId,
    Guid? RefersTo,
    bool IsVoiding,
    string Client,
    string Text,
    IReadOnlyList<StoredAttachment> Attachments,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<StoredMention>? Mentions = null);

/// <summary>Another person in the statement's text. In the text stands the pseudonym; the agent itself is under that person's own key.</summary>
/// <param name="At">Where the pseudonym stands in the text, and how long it is, in bytes.</param>
/// <param name="Agent">The agent's JSON as it came, encrypted.</param>
public sealed record StoredMention(int At, int Length, string LearnerId, string Agent);

/// <param name="Sha2">Hash of its content, hexadecimal.</param>
public sealed record StoredAttachment(string UsageType, string ContentType, long Length, string Sha2, string? FileUrl);

/// <summary>Another statement voids this one. It may come before the statement itself, which then is void from its start.</summary>
public sealed record StatementVoided(Guid StatementId, Guid By);

/// <summary>Another statement refers to this one, which was not known then.</summary>
public sealed record StatementAwaited(Guid StatementId, Guid By);

/// <summary>The statement, by the mapping rules of a version, is an achievement of the learner.</summary>
public sealed record AchievementRecorded(
    string LearnerId,
    Guid RecordId,
    string Outcome,
    string ActivityId,
    string? ActivityType,
    decimal? ScaledScore,
    DateTimeOffset OccurredAt,
    string MappingVersion);

/// <summary>The achievement no longer stands.</summary>
public sealed record AchievementWithdrawn(string LearnerId, Guid RecordId, string ActivityId, string Reason);

/// <summary>The statement is gone from every answer, by a deletion that has a stream of its own. Its id stays taken.</summary>
public sealed record StatementDeleted(Guid StatementId, Guid DeletionId);

/// <summary>Statements were deleted by a filter. Whom it named is not kept.</summary>
public sealed record StatementsDeleted(Guid DeletionId, int Statements, string Reason, string? Verb, string? Activity, DateTimeOffset? StoredUntil, bool NamedAnAgent);

/// <summary>An erasure as it was stored before every service had them; read, not written any more.</summary>
public sealed record LearnerErased(string LearnerId, int Statements);
