using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Mapping;

namespace Pathways.LearningRecord.Domain.Recording;

/// <param name="VoidedBy">May be set before <paramref name="Stored"/>: voiding does not wait for what it voids.</param>
public sealed record StatementState(bool Stored, bool IsVoiding, Guid? VoidedBy, AchievementRecorded? Standing)
{
    public bool IsDeleted { get; init; }

    public bool IsVoided => Stored && !IsVoiding && VoidedBy is not null;
}

/// <summary>One statement, from being awaited or stored to being voided or erased. Its stream is named after its id, so there is one winner per id.</summary>
public static class StatementStream
{
    public static Decider<StatementState> Decider { get; } = new(new StatementState(Stored: false, IsVoiding: false, VoidedBy: null, Standing: null), Evolve);

    public static string Name(Guid statementId) => $"statement-{statementId:D}";

    /// <summary>The statement and what it achieves; nothing is achieved by one that was voided before it came.</summary>
    public static Decision Store(StatementState state, StatementStored statement, Achievement? achievement)
    {
        if (state.Stored) return Rejection.Conflict("statement-id-conflict", $"A statement with the id {statement.StatementId} exists, and says something else.", "Give it an id of its own; a statement that was stored never changes.");
        if (achievement is null || (state.VoidedBy is not null && !statement.IsVoiding)) return Decision.Accept(statement);
        return Decision.Accept(statement, new AchievementRecorded(
            statement.LearnerId, statement.StatementId, achievement.Outcome, achievement.ActivityId, achievement.ActivityType,
            achievement.ScaledScore, achievement.OccurredAt, achievement.MappingVersion));
    }

    /// <summary>A voiding statement cannot be voided, and a second voiding changes nothing (2.0, section 4.2.5).</summary>
    public static Decision Void(StatementState state, Guid statementId, Guid by)
    {
        if (state.IsVoiding || state.VoidedBy is not null) return Decision.Nothing;
        var voided = new StatementVoided(statementId, by);
        return state.Standing is { } standing ? Decision.Accept(voided, Withdrawal(standing, "voided")) : Decision.Accept(voided);
    }

    /// <summary>Marks an unknown statement as referred to. The mark makes its later arrival see the reference, however close the two come.</summary>
    public static Decision Await(StatementState state, Guid statementId, Guid by)
        => state.Stored ? Decision.Nothing : Decision.Accept(new StatementAwaited(statementId, by));

    public static Decision Withdraw(StatementState state, string reason)
        => state.Standing is { } standing ? Decision.Accept(Withdrawal(standing, reason)) : Decision.Nothing;

    public static Decision Delete(StatementState state, Guid statementId, Guid deletionId)
    {
        if (!state.Stored || state.IsDeleted) return Decision.Nothing;
        var deleted = new StatementDeleted(statementId, deletionId);
        return state.Standing is { } standing ? Decision.Accept(deleted, Withdrawal(standing, "deleted")) : Decision.Accept(deleted);
    }

    private static AchievementWithdrawn Withdrawal(AchievementRecorded standing, string reason)
        => new(standing.LearnerId, standing.RecordId, standing.ActivityId, reason);

    private static StatementState Evolve(StatementState state, object @event) => @event switch
    {
        StatementStored stored => state with { Stored = true, IsVoiding = stored.IsVoiding },
        StatementVoided voided => state with { VoidedBy = voided.By },
        StatementAwaited => state,
        StatementDeleted => state with { IsDeleted = true },
        AchievementRecorded recorded => state with { Standing = recorded },
        AchievementWithdrawn => state with { Standing = null },
        _ => throw new InvalidOperationException($"A statement's stream does not hold {@event.GetType().Name}."),
    };
}
