using Pathways.Contracts;
using Pathways.EventStore.Reading;
using Pathways.Messaging.Publishing;
using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.Recognising;
using Public = Pathways.Contracts.TransferRecognition.V1;

namespace Pathways.TransferRecognition.Messaging;

/// <summary>What others are told. Proposals, signatures and what is known about credentials stay here.</summary>
public sealed class RecognitionTranslation : IPublicTranslation
{
    public IPublicEvent? Translate(RecordedEvent recorded) => recorded.Data switch
    {
        AgreementConcluded e => new Public.AgreementSigned(
            e.AgreementId, e.Version, e.Terms.SendingInstitution, e.Terms.ReceivingInstitution, e.Terms.EffectiveFrom, e.Terms.EffectiveUntil, e.TermsHash),
        RecognitionRequested e => new Public.RecognitionRequested(e.About.RequestId.ToString(), e.About.LearnerId, e.About.CredentialId, e.SendingInstitution),
        CreditRecognised e => new Public.CreditRecognised(
            e.About.RequestId.ToString(), e.About.LearnerId, e.About.CredentialId, e.AgreementId, e.AgreementVersion, e.ClauseId,
            new Credit(e.Amount, e.Unit), e.Level, e.CountsAs, e.At, e.DecisionHash),
        RecognitionRefused e => Refused(e.About, e.Code, e.Reason),
        // To a receiver a withdrawal is a refusal that comes later: the credit no longer counts.
        RecognitionWithdrawn e => Refused(e.About, e.Code, e.Reason),
        _ => null,
    };

    private static Public.RecognitionRefused Refused(RecognitionReference about, string code, string reason)
        => new(about.RequestId.ToString(), about.LearnerId, about.CredentialId, code, reason);
}
