using System.Text.Json.Serialization;
using Pathways.Kernel;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>Something a learner holds that may count in a pathway.</summary>
/// <param name="Id">The credential's id (an IRI) or the recognition's id; unique per learner.</param>
/// <param name="AchievementId">IRI of what was achieved. Two pieces of evidence of one achievement count once.</param>
/// <param name="Identifiers">Further names of the achievement: CTIDs, course codes, IRIs. A component is filled when its id, CTID, coded notation or <c>proxyFor</c> is among them or is the achievement.</param>
/// <param name="Credits">0 to 100,000 with at most 6 decimals; null when the evidence states none.</param>
/// <param name="CreditUnit">A concept such as <c>creditUnit:SemesterHour</c>; null means unknown.</param>
/// <param name="Level">A concept such as <c>audLevel:LowerDivisionLevel</c>.</param>
/// <param name="Grade">On the issuer's own scale, as awarded.</param>
/// <param name="Score">Scaled, -1 to 1 (xAPI).</param>
/// <param name="ValidUntil">From this instant on it counts no more.</param>
/// <param name="Competencies">IRIs of competencies that it shows; each fills the component that stands for it.</param>
/// <param name="Areas">Codes of its fields, such as ISCED-F <c>0612</c>; null when nobody said.</param>
/// <param name="Facts">What else is known and a pathway's constraint may ask for, by the local name of the constraint's source: <c>resit</c> = <c>false</c>.</param>
public sealed record Evidence(
    string Id,
    EvidenceKind Kind,
    string AchievementId,
    IReadOnlyList<string> Identifiers,
    string? Name,
    string? Issuer,
    decimal? Credits,
    string? CreditUnit,
    string? Level,
    string? Grade,
    decimal? Score,
    DateTimeOffset AwardedAt,
    DateTimeOffset? ValidUntil = null,
    IReadOnlyDictionary<string, string>? Facts = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Competencies = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Areas = null)
{
    /// <summary>Clocks of two services differ: what is dated this little ahead counts.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    /// <summary>From this instant on it counts; before, it is dated in the future, by a wrong clock or on purpose.</summary>
    public DateTimeOffset CountsFrom() => AwardedAt < DateTimeOffset.MinValue + ClockSkew ? DateTimeOffset.MinValue : AwardedAt - ClockSkew;

    public bool CountsAt(DateTimeOffset instant) => CountsFrom() <= instant && !(ValidUntil <= instant);

    /// <summary>When it is so many months old; null when time ends before.</summary>
    public DateTimeOffset? Aged(int months) => AwardedAt < DateTimeOffset.MaxValue.AddMonths(-months) ? AwardedAt.AddMonths(months) : null;

    /// <summary>Why it can't be taken; null when it can.</summary>
    public Rejection? Refuse()
    {
        if (string.IsNullOrWhiteSpace(Id) || string.IsNullOrWhiteSpace(AchievementId))
            return Rejection.Invalid("evidence-incomplete", "Evidence needs an id and an achievement.", "Give both.", string.IsNullOrWhiteSpace(Id) ? "/id" : "/achievementId");
        if (Credits is < 0 or > 100_000 || (Credits is { } credits && decimal.Round(credits, 6) != credits))
            return Rejection.Invalid("credit-out-of-range", $"{Credits} credits: 0 to 100,000 are possible, with 6 decimals.", "Correct the credits, or leave them out.", "/credits");
        return null;
    }

    /// <summary>The same for what a person states: a date in the future is a mistake there, and nothing to wait for.</summary>
    public Rejection? RefuseStated(DateTimeOffset now) => Refuse() ?? (CountsFrom() <= now
        ? null
        : Rejection.Invalid("evidence-from-the-future", $"\"{Id}\" is awarded at {AwardedAt:O}, after now ({now:O}).", "Correct the date, or leave it out.", "/awardedAt"));
}

[JsonConverter(typeof(JsonStringEnumConverter<EvidenceKind>))]
public enum EvidenceKind
{
    Credential,
    RecognisedCredit,
}

/// <summary>Why evidence stopped counting.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WithdrawalReason>))]
public enum WithdrawalReason
{
    Revoked,
    Suspended,
    Expired,

    /// <summary>The record or the recognition behind it does not stand any more.</summary>
    Withdrawn,
}
