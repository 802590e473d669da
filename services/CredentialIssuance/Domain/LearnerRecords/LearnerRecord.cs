using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.LearnerRecords;

/// <summary>
/// The Comprehensive Learner Record (CLR 2.0) of a completed stack: the stacked credential and its parts, signed, in one signed
/// document. It lives and falls with the stacked credential.
/// </summary>
public sealed record LearnerRecord(LearnerRecordIssued? Issued)
{
    public static readonly Decider<LearnerRecord> Decider = new(new LearnerRecord(Issued: null), (_, @event) => @event switch
    {
        LearnerRecordIssued e => new LearnerRecord(e),
        _ => throw new UnexpectedEventException(@event),
    });

    public static Rejection Unknown => Rejection.NotFound(
        "learner-record-unknown", "There is no learner record for this credential.", "Only the credential of a completed stack has one.");

    public static string StreamOf(Guid credentialId) => $"learner-record-{credentialId}";

    /// <summary>Once per credential of a stack, and only while it is valid.</summary>
    public static bool IsDue(LearnerRecord record, Credential stacked)
        => record.Issued is null && stacked is { Status: CredentialStatus.Valid, Issued.Basis.Kind: Awarding.AwardBasis.Stack };
}

/// <summary>The record exists, signed. What was signed is kept as it is and never made again.</summary>
/// <param name="CredentialId">The stacked credential that it is the record of.</param>
/// <param name="RecordIri">The record's own <c>id</c>.</param>
/// <param name="Embedded">Ids of the credentials inside: the stacked one first.</param>
/// <param name="NotEmbedded">Parts that have no signed document here: recognitions, and credentials of others.</param>
/// <param name="Document">The exact JSON text with its embedded proof.</param>
public sealed record LearnerRecordIssued(
    Guid CredentialId,
    string RecordIri,
    string LearnerId,
    string Issuer,
    IReadOnlyList<string> Embedded,
    IReadOnlyList<string> NotEmbedded,
    DateTimeOffset ValidFrom,
    DateTimeOffset? ValidUntil,
    StatusEntry Status,
    string Document);
