namespace Pathways.Contracts.LearningRecord.V1;

/// <summary>A learner achieved something, by the tenant's mapping rules from verb, activity type and result.</summary>
/// <param name="RecordId">Identifies the record: the statement's id for xAPI.</param>
/// <param name="Outcome"><c>completed</c>, <c>passed</c>, <c>failed</c>, <c>mastered</c>, <c>scored</c> or <c>attested</c>.</param>
/// <param name="ActivityId">IRI of what was done.</param>
/// <param name="ScaledScore">-1 to 1, as xAPI defines it.</param>
/// <param name="MappingVersion">Version of the rules that derived this.</param>
[PublicEvent("learning-record", "achievement-recorded", 1)]
public sealed record AchievementRecorded(
    string LearnerId,
    string RecordId,
    string Outcome,
    string ActivityId,
    string? ActivityType,
    decimal? ScaledScore,
    DateTimeOffset OccurredAt,
    string MappingVersion) : IPublicEvent;

/// <summary>The record no longer stands: its statement was voided or erased.</summary>
[PublicEvent("learning-record", "achievement-withdrawn", 1)]
public sealed record AchievementWithdrawn(string LearnerId, string RecordId, string ActivityId, string Reason) : IPublicEvent;
