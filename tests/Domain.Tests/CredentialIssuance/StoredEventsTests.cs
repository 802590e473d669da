using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.Expiring;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Revoking;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Domain.Suspending;
using Xunit;
using static Pathways.Domain.Tests.CredentialIssuance.Sample;

namespace Pathways.Domain.Tests.CredentialIssuance;

/// <summary>What was stored once is read for ever: a golden file for each event type.</summary>
public sealed class StoredEventsTests
{
    private static readonly IssuerProfile Profile = new(
        "Example University", "https://example.edu", "Since 1888.", new IssuerAddress("US", "United States", "Utah", "Logan"));

    private static readonly AwardBasis Stacked = new(AwardBasis.Stack, RuleVersion: "2026-1", StackId: "stack-1", PathwayId: "pathway-1",
        PathwayVersion: 3, DecisionHash: "c0ffee", Parts: [new AwardPart("https://example.edu/credentials/x", "component-1")]);

    private static readonly Dictionary<string, object> Examples = new()
    {
        ["issuer_registered"] = new IssuerRegistered("did:web:example.edu", Profile, KeyAlgorithms.Rs256, [new IssuerKey("z6Mk", KeyAlgorithms.Ed25519, "{}")], Now),
        ["issuer_profile_changed"] = new IssuerProfileChanged(Profile, KeyAlgorithms.Es256, Now),
        ["issuer_key_rotated"] = new IssuerKeyRotated(new IssuerKey("z6MkFresh", KeyAlgorithms.Ed25519, "{}"), "z6Mk", Now),
        ["issuer_key_revoked"] = new IssuerKeyRevoked("z6Mk", "Stolen", Now),
        ["achievement_defined"] = new AchievementDefined(Course with
        {
            Alignments = [new Alignment("EQF 6", "http://data.europa.eu/snb/eqf/6", "6", "EQF", "ext:EQF", "Level")], Language = "en", ValidForDays = 365,
        }, Now),
        ["achievement_published"] = new AchievementPublished(2, Certificate, Now),
        ["achievement_awarded"] = Awarded(Stacked),
        ["award_ended"] = new AwardEnded(CredentialId, "Voided", Now),
        ["further_result_noted"] = new FurtherResultNoted(Passed(), Now, Now),
        ["further_result_withdrawn"] = new FurtherResultWithdrawn("record-1", "voided", Now),
        ["credential_issued"] = Issued(Now.AddYears(1)),
        ["learner_record_issued"] = new LearnerRecordIssued(
            CredentialId, "https://example.edu/credentials/x/clr", Learner, "did:web:example.edu", ["https://example.edu/credentials/x"],
            ["https://elsewhere.example/recognitions/1"], Now, ValidUntil: null, new StatusEntry(StatusPurposes.Revocation, 1, 42), "{}"),
        ["credential_revoked"] = new CredentialRevoked(Reference, "Voided", Now),
        ["credential_suspended"] = new CredentialSuspended(Reference, SuspensionGrounds.Manual, "Under review", Now),
        ["suspension_ground_added"] = new SuspensionGroundAdded(SuspensionGrounds.Stack, "A part was revoked", Now),
        ["credential_reinstated"] = new CredentialReinstated(Reference, SuspensionGrounds.Manual, "Cleared", Now),
        ["suspension_ground_lifted"] = new SuspensionGroundLifted(SuspensionGrounds.Stack, "Complete again", Now),
        ["credential_expired"] = new CredentialExpired(Reference, Now),
    };

    /// <summary>What later builds add to an event: the file of the older form stays beside it.</summary>
    private static readonly Dictionary<string, object> LaterForms = new()
    {
        ["issuer_registered"] = new IssuerRegistered("did:web:example.edu", Profile, JwtAlgorithm: null, [], Now, ProofForms.EddsaJcs),
        ["issuer_profile_changed"] = new IssuerProfileChanged(Profile, KeyAlgorithms.Es256, Now, ProofForms.None),
        ["achievement_published"] = new AchievementPublished(3, Certificate with
        {
            Image = "data:image/png;base64,iVBORw0KGgo=", StatusPurpose = StatusPurposes.Suspension,
        }, Now),
        ["credential_issued"] = Issued() with { Jwt = null, Status = new StatusEntry(StatusPurposes.Revocation, 1, 42) },
    };

    public static TheoryData<string> NamesOfLaterForms => [.. LaterForms.Keys];

    [Theory]
    [MemberData(nameof(NamesOfLaterForms))]
    public void Is_written_and_read_in_its_later_form(string name)
        => GoldenEvent.Check($"{name}.later", CredentialEvents.Aliases[name], LaterForms[name]);

    public static TheoryData<string> Names => [.. CredentialEvents.Aliases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_and_read_as_it_always_was(string name) => GoldenEvent.Check(name, CredentialEvents.Aliases[name], Examples[name]);
}
