using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.Importing;
using Pathways.TransferRecognition.Domain.KnownCredentials;
using Pathways.TransferRecognition.Domain.Recognising;

namespace Pathways.TransferRecognition.Domain;

/// <summary>The one table of stored event types. An alias never changes its meaning; a new shape gets <c>_v2</c>.</summary>
public static class RecognitionEventTypes
{
    public static IReadOnlyDictionary<string, Type> Aliases { get; } = new Dictionary<string, Type>
    {
        ["agreement_drafted"] = typeof(AgreementDrafted),
        ["agreement_signed_by_party"] = typeof(AgreementSignedByParty),
        ["agreement_concluded"] = typeof(AgreementConcluded),
        ["signature_given"] = typeof(SignatureGiven),
        ["transfer_value_imported"] = typeof(TransferValueImported),
        ["credential_became_known"] = typeof(CredentialBecameKnown),
        ["known_credential_changed"] = typeof(KnownCredentialChanged),
        ["recognition_requested"] = typeof(RecognitionRequested),
        ["credit_recognised"] = typeof(CreditRecognised),
        ["recognition_refused"] = typeof(RecognitionRefused),
        ["recognition_referred"] = typeof(RecognitionReferred),
        ["recognition_withdrawn"] = typeof(RecognitionWithdrawn),
    };
}
