using System.Collections.Immutable;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Awarding;

/// <summary>
/// What one learner was awarded of one achievement. The stream is the guard of "once": two awards that are decided at
/// the same time both expect its version, and one of them is turned back.
/// </summary>
/// <param name="Standing">Awards whose credential is not revoked.</param>
/// <param name="Further">Results that met the rule while an award stood, in the order they came.</param>
/// <param name="KnownRecords">Records that were looked at before; each leads to one award at most.</param>
public sealed record Awards(
    ImmutableSortedDictionary<Guid, AwardBasis> Standing, ImmutableList<FurtherResultNoted> Further, ImmutableHashSet<string> KnownRecords)
{
    public static readonly Decider<Awards> Decider = new(
        new Awards(ImmutableSortedDictionary<Guid, AwardBasis>.Empty, [], []), Evolve);

    public static string StreamOf(string achievementId, string learnerId) => $"award-{achievementId}-{learnerId}";

    /// <summary>Awards; or, when an award stands already, notes a result that would have earned it as well.</summary>
    public static Decision Award(Awards awards, AwardAchievement command, Issuer issuer, Achievement achievement, DateTimeOffset now)
    {
        if (!achievement.Exists)
            return Rejection.NotFound("achievement-unknown", $"There is no achievement '{command.AchievementId}'.", "Define and publish it first.");
        if (achievement.Published is not { } definition)
            return Rejection.Conflict("achievement-not-published", $"'{command.AchievementId}' is a draft.", "Publish it first.");
        if (!issuer.IsRegistered) return Issuer.NotRegistered;
        if (CheckRule(definition.Rule, command) is { } unmet) return unmet;

        var basis = command.Basis with { RuleVersion = RuleVersion(definition.Rule, achievement.Version, command.Basis) };
        if (basis.RecordId is { } record && awards.KnownRecords.Contains(record) && !awards.IsFurther(record))
            return AlreadyAwarded($"Record {record} was awarded before.");
        if (awards.Standing.Count > 0 && !definition.Repeatable)
        {
            return basis.Kind == AwardBasis.Record
                ? Decision.Accept(new FurtherResultNoted(basis, command.OccurredAt, now))
                : AlreadyAwarded($"The learner has '{command.AchievementId}' already, as credential {awards.Standing.Keys.First()}.");
        }

        // Credentials and JWTs count in whole seconds: what is stored is what is signed.
        var validFrom = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerSecond, TimeSpan.Zero);
        return Decision.Accept(new AchievementAwarded(
            command.CredentialId,
            command.AchievementId,
            achievement.Version,
            command.LearnerId,
            basis,
            command.OccurredAt,
            validFrom,
            definition.ValidForDays is { } days ? validFrom.AddDays(days) : null));
    }

    /// <summary>Takes note that a credential was revoked: the achievement can be awarded anew.</summary>
    public static Decision End(Awards awards, Guid credentialId, string reason, DateTimeOffset now)
        => awards.Standing.ContainsKey(credentialId) ? Decision.Accept(new AwardEnded(credentialId, reason, now)) : Decision.Nothing;

    /// <summary>Takes note that a result was withdrawn that nothing rests on.</summary>
    public static Decision WithdrawFurther(Awards awards, string recordId, string reason, DateTimeOffset now)
        => awards.IsFurther(recordId) ? Decision.Accept(new FurtherResultWithdrawn(recordId, reason, now)) : Decision.Nothing;

    private bool IsFurther(string recordId) => Further.Exists(result => result.Basis.RecordId == recordId);

    private static Rejection? CheckRule(AwardRule? rule, AwardAchievement command) => command.Basis.Kind switch
    {
        AwardBasis.Manual => string.IsNullOrWhiteSpace(command.Basis.Reason)
            ? Rejection.Invalid("reason-missing", "An award by hand needs a reason.", "Say why it is awarded.", "/reason")
            : null,
        AwardBasis.Stack => rule is { Stack: true } ? null : NoRule($"'{command.AchievementId}' is not awarded for a completed stack."),
        AwardBasis.Record when rule?.ActivityId != command.Basis.ActivityId =>
            NoRule($"'{command.AchievementId}' is not awarded for '{command.Basis.ActivityId}'."),
        AwardBasis.Record => rule!.IsMetBy(command.Basis.Outcome ?? "", command.Basis.ScaledScore)
            ? null
            : Rejection.Conflict("rule-not-met", $"The result does not meet the rule of '{command.AchievementId}'.", "Award it by hand with a reason, or change the rule and publish it."),
        _ => Rejection.Invalid("basis-unknown", $"Nothing is awarded for '{command.Basis.Kind}'.", "Award it by hand, for a record or for a stack."),
    };

    private static Rejection NoRule(string message)
        => Rejection.Conflict("no-award-rule", message, "Give the achievement a rule and publish it.");

    private static Rejection AlreadyAwarded(string message)
        => Rejection.Conflict("already-awarded", message, "Revoke the earlier credential, or make the achievement repeatable.");

    private static string? RuleVersion(AwardRule? rule, int achievementVersion, AwardBasis basis)
        => basis.Kind == AwardBasis.Manual ? null : rule?.Version ?? achievementVersion.ToString();

    private ImmutableList<FurtherResultNoted> Without(string? recordId) => Further.RemoveAll(result => result.Basis.RecordId == recordId);

    private ImmutableHashSet<string> Knowing(string? recordId) => recordId is null ? KnownRecords : KnownRecords.Add(recordId);

    private static Awards Evolve(Awards awards, object @event) => @event switch
    {
        AchievementAwarded e => new Awards(
            awards.Standing.Add(e.CredentialId, e.Basis), awards.Without(e.Basis.RecordId), awards.Knowing(e.Basis.RecordId)),
        FurtherResultNoted e => awards with { Further = awards.Further.Add(e), KnownRecords = awards.Knowing(e.Basis.RecordId) },
        FurtherResultWithdrawn e => awards with { Further = awards.Without(e.RecordId) },
        AwardEnded e => awards with { Standing = awards.Standing.Remove(e.CredentialId) },
        _ => throw new UnexpectedEventException(@event),
    };
}

/// <param name="CredentialId">Derived from the cause, so that the same cause awards the same credential.</param>
/// <param name="OccurredAt">When the learner achieved it.</param>
public sealed record AwardAchievement(Guid CredentialId, string AchievementId, string LearnerId, AwardBasis Basis, DateTimeOffset OccurredAt);
