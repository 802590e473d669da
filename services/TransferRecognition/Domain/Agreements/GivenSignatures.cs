using Pathways.Kernel;

namespace Pathways.TransferRecognition.Domain.Agreements;

/// <summary>The sending party's own record of what it signed, in its own streams: nobody writes into those of another institution.</summary>
public sealed record GivenSignatures(SignatureGiven? Last)
{
    public static readonly Decider<GivenSignatures> Decider = new(new GivenSignatures(Last: null), (_, @event) => @event switch
    {
        SignatureGiven e => new GivenSignatures(e),
        _ => throw new UnexpectedEventException(@event),
    });

    public static string StreamOf(string receivingInstitution, string agreementId) => $"signature-{receivingInstitution}-{agreementId}";

    /// <summary>
    /// Signs in the sender's own name. Signing the same terms again is a signature again: in between the other party may
    /// have proposed something else, which voids the first one.
    /// </summary>
    /// <param name="proposal">What the receiving institution proposes now.</param>
    public static Decision Give(SignAgreement command, ProposedTerms proposal, DateTimeOffset now)
    {
        if (command.Institution != proposal.SendingInstitution)
            return Rejection.Forbidden("agreement-not-yours", "Only its parties sign an agreement.", "Let one of its parties sign.");
        return command.TermsHash == proposal.TermsHash
            ? Decision.Accept(new SignatureGiven(
                command.AgreementId, proposal.ReceivingInstitution, proposal.Version, command.TermsHash, command.SignedBy, now))
            : Rejection.Conflict("terms-changed", "These are not the terms that are proposed now.",
                $"Read the terms again; their hash is {proposal.TermsHash}.");
    }
}

/// <summary>A proposal as the other party sees it.</summary>
public sealed record ProposedTerms(string SendingInstitution, string ReceivingInstitution, int Version, string TermsHash);
