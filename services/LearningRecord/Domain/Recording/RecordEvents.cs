using Pathways.LearningRecord.Domain.Documents;

namespace Pathways.LearningRecord.Domain.Recording;

/// <summary>The stored names of this service's events. A name, once stored, stays.</summary>
public static class RecordEvents
{
    public static IReadOnlyDictionary<string, Type> Aliases { get; } = new Dictionary<string, Type>
    {
        ["statement_stored"] = typeof(StatementStored),
        ["statement_voided"] = typeof(StatementVoided),
        ["statement_awaited"] = typeof(StatementAwaited),
        ["achievement_recorded"] = typeof(AchievementRecorded),
        ["achievement_withdrawn"] = typeof(AchievementWithdrawn),
        ["document_stored"] = typeof(DocumentStored),
        ["document_deleted"] = typeof(DocumentDeleted),
        ["learner_erased"] = typeof(LearnerErased),
    };
}
