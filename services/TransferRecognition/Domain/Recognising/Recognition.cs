using Pathways.Kernel;
using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.KnownCredentials;

namespace Pathways.TransferRecognition.Domain.Recognising;

/// <summary>
/// The recognition of one credential at one institution. There is one stream for both, so a credential cannot count
/// twice, not for two learners either.
/// </summary>
/// <param name="Referral">What a person has to decide, while somebody has to.</param>
public sealed record Recognition(
    RecognitionStatus Status, RecognitionRequested? Request, CreditRecognised? Credit, RecognitionReferred? Referral, string? Code, string? Reason)
{
    public static readonly Decider<Recognition> Decider = new(
        new Recognition(RecognitionStatus.None, Request: null, Credit: null, Referral: null, Code: null, Reason: null), Evolve);

    public static string StreamOf(Guid requestId) => $"recognition-{requestId}";

    /// <summary>Takes the request, and decides it at once when the credential is known.</summary>
    public static Decision Ask(Recognition recognition, RecognitionRequested request, Circumstances circumstances, DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(request.About.LearnerId))
            return Rejection.Invalid("learner-missing", "Say for which learner.", "Name the learner by the id that learning-record gives.", "/learnerId");
        if (!Iri.IsAbsolute(request.About.CredentialId))
            return Rejection.Invalid("credential-id-invalid", $"'{request.About.CredentialId}' is not a credential's id.", "Give its absolute IRI.", "/credentialId");
        if (recognition.Status == RecognitionStatus.Recognised)
        {
            return Rejection.Conflict("already-recognised", $"The credential counts already, as request {recognition.Request!.About.RequestId}.",
                "A credential counts once at an institution.");
        }

        if (recognition.Status is RecognitionStatus.Pending or RecognitionStatus.InReview)
        {
            return recognition.Request!.About.LearnerId == request.About.LearnerId
                ? Decision.Nothing
                : Rejection.Conflict("already-requested", "The credential is being recognised for another learner.", "Look whether the learner is the right one: a credential counts for the one it was issued to.");
        }

        // Without an agreement nobody may look into the other's credentials, so there is nothing to wait for.
        bool waits = circumstances.Known.Facts is null && circumstances.Agreements.Count > 0;
        return waits ? Decision.Accept(request) : Decision.Accept(request, Judgement.Of(request, circumstances, now));
    }

    /// <summary>Looks again after something changed outside: the credential came to be known, fell, or stands again.</summary>
    public static Decision Reconsider(Recognition recognition, Circumstances circumstances, DateTimeOffset now)
    {
        if (recognition.Request is not { } request || circumstances.Known is not { Facts: not null } known) return Decision.Nothing;
        bool stands = known.Status is CredentialStatuses.Valid or CredentialStatuses.Expired;
        return recognition.Status switch
        {
            RecognitionStatus.Pending => Decision.Accept(Judgement.Of(request, circumstances, now)),
            // Credit that was earned stays when the credential's time runs out; it goes when the credential falls.
            RecognitionStatus.Recognised or RecognitionStatus.InReview when !stands => Decision.Accept(new RecognitionWithdrawn(
                request.About,
                known.Status == CredentialStatuses.Revoked ? RefusalCodes.CredentialRevoked : RefusalCodes.CredentialSuspended,
                $"The credential was {known.Status} by its issuer: {known.Reason}", now)),
            RecognitionStatus.Withdrawn when stands => Decision.Accept(Judgement.Of(request, circumstances, now)),
            _ => Decision.Nothing,
        };
    }

    private static Recognition Evolve(Recognition recognition, object @event) => @event switch
    {
        RecognitionRequested e => new Recognition(RecognitionStatus.Pending, e, Credit: null, Referral: null, Code: null, Reason: null),
        CreditRecognised e => recognition with { Status = RecognitionStatus.Recognised, Credit = e, Referral = null, Code = null, Reason = null },
        RecognitionRefused e => recognition with { Status = RecognitionStatus.Refused, Credit = null, Referral = null, Code = e.Code, Reason = e.Reason },
        RecognitionReferred e => recognition with { Status = RecognitionStatus.InReview, Credit = null, Referral = e, Code = e.Code, Reason = e.Reason },
        RecognitionWithdrawn e => recognition with { Status = RecognitionStatus.Withdrawn, Credit = null, Referral = null, Code = e.Code, Reason = e.Reason },
        _ => throw new UnexpectedEventException(@event),
    };
}

public enum RecognitionStatus
{
    None,

    /// <summary>The credential is not known yet.</summary>
    Pending,

    Recognised,
    Refused,

    /// <summary>A person has to decide.</summary>
    InReview,

    Withdrawn,
}

/// <summary>What a decision rests on.</summary>
/// <param name="Known">The credential, as its issuer told.</param>
/// <param name="Agreements">Concluded versions between the two institutions, all of them.</param>
public sealed record Circumstances(KnownCredential Known, IReadOnlyList<AgreementConcluded> Agreements, CanonicalHash Hash);
