using Pathways.LearningRecord.Domain.Cmi5;
using Pathways.LearningRecord.Domain.Csv;
using Pathways.LearningRecord.Domain.Connecting;
using Pathways.LearningRecord.Domain.Documents;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Portfolio;

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
        ["statement_deleted"] = typeof(StatementDeleted),
        ["statements_deleted"] = typeof(StatementsDeleted),
        ["retention_rules_set"] = typeof(RetentionRulesSet),
        ["mapping_rules_set"] = typeof(MappingRulesSet),
        ["csv_mapping_set"] = typeof(CsvMappingSet),
        ["connection_defined"] = typeof(ConnectionDefined),
        ["connection_changed"] = typeof(ConnectionChanged),
        ["connection_paused"] = typeof(ConnectionPaused),
        ["connection_resumed"] = typeof(ConnectionResumed),
        ["connection_ended"] = typeof(ConnectionEnded),
        ["statements_skipped"] = typeof(StatementsSkipped),
        ["evidence_added"] = typeof(EvidenceAdded),
        ["evidence_linked"] = typeof(EvidenceLinked),
        ["evidence_unlinked"] = typeof(EvidenceUnlinked),
        ["evidence_deleted"] = typeof(EvidenceDeleted),
        ["cmi5_course_imported"] = typeof(Cmi5CourseImported),
        ["cmi5_registered"] = typeof(Cmi5Registered),
        ["cmi5_launched"] = typeof(Cmi5Launched),
        ["cmi5_token_fetched"] = typeof(Cmi5TokenFetched),
        ["cmi5_reported"] = typeof(Cmi5Reported),
        ["cmi5_abandoned"] = typeof(Cmi5Abandoned),
        ["cmi5_waived"] = typeof(Cmi5Waived),
        ["cmi5_satisfied"] = typeof(Cmi5Satisfied),
    };
}
