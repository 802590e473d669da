using Pathways.TransferRecognition.Domain.KnownCredentials;

namespace Pathways.TransferRecognition.Domain.Recognising;

/// <summary>What an event is about, in the names that others know: each event is published on its own.</summary>
/// <param name="LearnerId">The learner's id at the receiving institution, which vouches that it is the credential's holder.</param>
public sealed record RecognitionReference(Guid RequestId, string LearnerId, string CredentialId);

/// <summary>A learner asks for credit.</summary>
/// <param name="RequestedBy">The client that asked.</param>
public sealed record RecognitionRequested(RecognitionReference About, string SendingInstitution, string RequestedBy, DateTimeOffset At);

/// <summary>The credit counts.</summary>
/// <param name="Computation">How the amount came about, in exact terms.</param>
/// <param name="DecisionHash">Over the terms' hash, the clause, the facts and the result: anyone can recompute it.</param>
public sealed record CreditRecognised(
    RecognitionReference About,
    string AgreementId,
    int AgreementVersion,
    string TermsHash,
    string ClauseId,
    decimal Amount,
    string Unit,
    string? Level,
    IReadOnlyList<string> CountsAs,
    string Computation,
    CredentialFacts Facts,
    string DecisionHash,
    DateTimeOffset At);

/// <param name="Code">Stable: <see cref="RefusalCodes"/>.</param>
/// <param name="Facts">Null when there was nothing to look at: no agreement, no look into the other's credentials.</param>
public sealed record RecognitionRefused(
    RecognitionReference About, string Code, string Reason, string? AgreementId, int? AgreementVersion, string? ClauseId, CredentialFacts? Facts,
    DateTimeOffset At);

/// <summary>The agreement covers it and its clause cannot decide by itself: a person has to.</summary>
public sealed record RecognitionReferred(
    RecognitionReference About, string Code, string Reason, string AgreementId, int AgreementVersion, string ClauseId, CredentialFacts Facts, DateTimeOffset At);

/// <summary>What was recognised rests on a credential that no longer stands.</summary>
public sealed record RecognitionWithdrawn(RecognitionReference About, string Code, string Reason, DateTimeOffset At);

public static class RefusalCodes
{
    public const string NoAgreement = "no-agreement";
    public const string ExpiredAgreement = "expired-agreement";
    public const string NotCovered = "not-covered";
    public const string CredentialNotValid = "credential-not-valid";
    public const string ScoreTooLow = "score-too-low";
    public const string TooOld = "credential-too-old";
    public const string UnknownUnit = "unknown-unit";
    public const string RefusedInReview = "refused-in-review";
    public const string CredentialRevoked = "credential-revoked";
    public const string CredentialSuspended = "credential-suspended";
}
