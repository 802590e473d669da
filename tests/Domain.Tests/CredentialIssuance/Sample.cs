using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Issuers;

namespace Pathways.Domain.Tests.CredentialIssuance;

internal static class Sample
{
    public const string Learner = "learner-aaaaaaaaaaaaaaaaaaaaaaaaaa";
    public const string ActivityId = "https://learn.example/courses/finance";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid CredentialId = new("11111111-1111-5111-8111-111111111111");

    public static readonly CredentialReference Reference =
        new("https://example.edu/credentials/x", Learner, "https://example.edu/achievements/finance");

    public static readonly AchievementDefinition Course = new(
        "Principles of Finance", "Time value of money.", "Pass the final examination.", "Course",
        new AchievementCredit(3m, "creditUnit:SemesterHour"), "audLevel:LowerDivisionLevel",
        Identifiers: ["SOPH-033"],
        Rule: new AwardRule(ActivityId, ["passed"], 0.7m));

    public static readonly AchievementDefinition Certificate = new(
        "Certificate of Teaching", "Stacks twenty badges.", "Complete the pathway.", "Certificate", Rule: new AwardRule(Stack: true));

    public static readonly Issuer Registered = Issuer.Decider.Fold(Issuer.Decider.Initial,
    [
        new IssuerRegistered("did:web:example.edu", new IssuerProfile("Example University", Url: null, Description: null, Address: null),
            KeyAlgorithms.Rs256,
            [new("z6Mk", KeyAlgorithms.Ed25519, "{}"), new("p", KeyAlgorithms.Es256, "{}"), new("r", KeyAlgorithms.Rs256, "{}")], Now),
    ]);

    public static Achievement Published(AchievementDefinition definition) => Achievement.Decider.Fold(Achievement.Decider.Initial,
        [new AchievementDefined(definition, Now), new AchievementPublished(1, definition, Now)]);

    public static AwardBasis Passed(decimal? score = 0.85m, string record = "record-1", string outcome = "passed")
        => new(AwardBasis.Record, RecordId: record, ActivityId: ActivityId, Outcome: outcome, ScaledScore: score);

    public static AwardAchievement Award(AwardBasis basis, Guid? id = null)
        => new(id ?? CredentialId, "finance", Learner, basis, Now.AddHours(-1));

    public static AchievementAwarded Awarded(AwardBasis? basis = null, Guid? id = null)
        => new(id ?? CredentialId, "finance", 1, Learner, basis ?? Passed() with { RuleVersion = "1" }, Now.AddHours(-1), Now, ValidUntil: null);

    public static CredentialIssued Issued(DateTimeOffset? validUntil = null) => new(
        CredentialId, "https://example.edu/credentials/x", Learner, "finance", "https://example.edu/achievements/finance", 1,
        "Principles of Finance", "did:web:example.edu", Passed() with { RuleVersion = "1" }, 3m, "creditUnit:SemesterHour", Level: null,
        ["SOPH-033"], Now, validUntil, "{}", "a.b.c");

}
