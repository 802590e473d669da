namespace Pathways.Contracts.TransferRecognition.V1;

/// <param name="TermsHash">SHA-256 over the canonical terms that both parties signed, hex.</param>
[PublicEvent("transfer-recognition", "agreement-signed", 1)]
public sealed record AgreementSigned(
    string AgreementId,
    int Version,
    string SendingInstitution,
    string ReceivingInstitution,
    DateTimeOffset EffectiveFrom,
    DateTimeOffset? EffectiveUntil,
    string TermsHash) : IPublicEvent;

/// <param name="LearnerId">The learner's id at the receiving institution.</param>
[PublicEvent("transfer-recognition", "recognition-requested", 1)]
public sealed record RecognitionRequested(string RequestId, string LearnerId, string CredentialId, string SendingInstitution) : IPublicEvent;

/// <summary>Credit that counts at the receiving institution.</summary>
/// <param name="Clause">The clause of the agreement that decided.</param>
/// <param name="Identifiers">What it counts as: courses or components, by IRI, CTID or code.</param>
[PublicEvent("transfer-recognition", "credit-recognised", 1)]
public sealed record CreditRecognised(
    string RequestId,
    string LearnerId,
    string CredentialId,
    string AgreementId,
    int AgreementVersion,
    string Clause,
    Credit Credit,
    string? Level,
    IReadOnlyList<string> Identifiers,
    DateTimeOffset DecidedAt,
    string DecisionHash) : IPublicEvent;

/// <param name="Code">Stable reason: <c>no-agreement</c>, <c>not-covered</c>, <c>credential-not-valid</c>, <c>score-too-low</c>, …</param>
[PublicEvent("transfer-recognition", "recognition-refused", 1)]
public sealed record RecognitionRefused(string RequestId, string LearnerId, string CredentialId, string Code, string Reason) : IPublicEvent;
