using Pathways.TransferRecognition.Domain;
using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.Importing;
using Pathways.TransferRecognition.Domain.KnownCredentials;
using Pathways.TransferRecognition.Domain.Recognising;
using Xunit;
using static Pathways.Domain.Tests.TransferRecognition.Sample;

namespace Pathways.Domain.Tests.TransferRecognition;

/// <summary>What was stored once is read for ever: a golden file for each event type.</summary>
public sealed class StoredEventsTests
{
    private static readonly AgreementTerms FullTerms = Terms with
    {
        Clauses =
        [
            Finance with { Source = new ClauseSource("ce-1", "aa00"), Note = "Credit is recommended.", Level = "audLevel:LowerDivisionLevel", MaxAgeDays = 3650 },
            Finance with { Id = "ects", Award = new ClauseAward("SH", Conversion: new UnitConversion("ECTS", 1, 2, "year-load", new Rounding("down", 0.5m)), MaxAmount: 6m) },
        ],
    };

    private static readonly RecognitionReference About = new(RequestId, "learner-h", CredentialId);

    private static readonly Dictionary<string, object> Examples = new()
    {
        ["agreement_drafted"] = new AgreementDrafted(1, FullTerms, "c0ffee", Now),
        ["agreement_signed_by_party"] = new AgreementSignedByParty(1, "sophia", "c0ffee", "provost", Now),
        ["agreement_concluded"] = new AgreementConcluded("a-1", 1, FullTerms, "c0ffee", Now),
        ["signature_given"] = new SignatureGiven("a-1", "hutchinson", 1, "c0ffee", "provost", Now),
        ["transfer_value_imported"] = new TransferValueImported("aa00", "{}", [Finance], [new ImportWarning("number-as-text", "A text.", "/a")], Now),
        ["credential_became_known"] = new CredentialBecameKnown(Facts with { ValidUntil = Now }, Now),
        ["known_credential_changed"] = new KnownCredentialChanged(CredentialId, CredentialStatuses.Revoked, "Voided", Now),
        ["recognition_requested"] = new RecognitionRequested(About, "sophia", "registrar", Now),
        ["credit_recognised"] = new CreditRecognised(
            About, "a-1", 1, "c0ffee", "finance", 3m, "creditUnit:SemesterHour", "audLevel:LowerDivisionLevel",
            ["https://hutchinson.example/courses/fn101"], "3 creditUnit:SemesterHour by agreement", Facts, "decaf", Now),
        ["recognition_refused"] = new RecognitionRefused(About, "score-too-low", "The score is 0.5.", "a-1", 1, "finance", Facts, Now),
        ["recognition_referred"] = new RecognitionReferred(About, "unknown-unit", "No unit.", "a-1", 1, "finance", Facts, Now),
        ["recognition_withdrawn"] = new RecognitionWithdrawn(About, "credential-revoked", "Voided", Now),
    };

    public static TheoryData<string> Names => [.. RecognitionEventTypes.Aliases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_and_read_as_it_always_was(string name) => GoldenEvent.Check(name, RecognitionEventTypes.Aliases[name], Examples[name]);
}
