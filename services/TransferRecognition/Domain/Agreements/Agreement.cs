using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pathways.Kernel;

namespace Pathways.TransferRecognition.Domain.Agreements;

/// <summary>An agreement over all its versions: at most one proposal, and what was concluded. Held by the receiving institution.</summary>
/// <param name="Signatures">Institutions that signed the present proposal.</param>
public sealed partial record Agreement(
    AgreementDrafted? Proposal, ImmutableSortedSet<string> Signatures, ImmutableArray<AgreementConcluded> Versions)
{
    public static readonly Decider<Agreement> Decider = new(
        new Agreement(Proposal: null, ImmutableSortedSet.Create<string>(StringComparer.Ordinal), []), Evolve);

    public static string StreamOf(string id) => $"agreement-{id}";

    /// <summary>Proposes terms: the first version, or a new one of what was concluded.</summary>
    /// <param name="tenant">Who proposes; the receiving institution holds the agreement.</param>
    public static Decision Draft(Agreement agreement, string id, string tenant, AgreementTerms terms, CanonicalHash hash, DateTimeOffset now)
    {
        if (!IdPattern().IsMatch(id))
        {
            return Rejection.Invalid("agreement-id-invalid", $"'{id}' cannot be an agreement's id.",
                "Use up to 100 lower-case letters, digits and hyphens.");
        }

        if (terms.ReceivingInstitution != tenant)
        {
            return Rejection.Forbidden("agreement-not-yours", $"Only '{terms.ReceivingInstitution}' can propose terms under which it grants credit.",
                "Propose it with a token of the receiving institution.");
        }

        if (TermsChecks.Find(terms) is { } flaw) return flaw;
        if (agreement.Versions is [.., var last] && last.Terms.SendingInstitution != terms.SendingInstitution)
            return Rejection.Conflict("agreement-party-changed", "A new version is between the same parties.", "Make a new agreement.");

        string termsHash = hash(terms);
        string? present = agreement.Proposal?.TermsHash ?? agreement.Versions.LastOrDefault()?.TermsHash;
        return present == termsHash
            ? Decision.Nothing
            : Decision.Accept(new AgreementDrafted(agreement.Versions.Length + 1, terms, termsHash, now));
    }

    /// <summary>Signs the proposal for one party; when it is the second, the agreement is concluded.</summary>
    public static Decision Sign(Agreement agreement, SignAgreement command, DateTimeOffset now)
    {
        if (agreement.Proposal is not { } proposal)
        {
            return agreement.Versions.Any(version => version.TermsHash == command.TermsHash)
                ? Decision.Nothing
                : Rejection.NotFound("agreement-unknown", "There is nothing to sign.", "Propose its terms first.");
        }

        if (command.Institution != proposal.Terms.SendingInstitution && command.Institution != proposal.Terms.ReceivingInstitution)
            return Rejection.Forbidden("agreement-not-yours", "Only its parties sign an agreement.", "Let one of its parties sign.");
        if (command.TermsHash != proposal.TermsHash)
        {
            return Rejection.Conflict("terms-changed", "These are not the terms that are proposed now.",
                $"Read the terms again; their hash is {proposal.TermsHash}.");
        }

        if (agreement.Signatures.Contains(command.Institution)) return Decision.Nothing;
        var signed = new AgreementSignedByParty(proposal.Version, command.Institution, proposal.TermsHash, command.SignedBy, now);
        return agreement.Signatures.Count == 0
            ? Decision.Accept(signed)
            : Decision.Accept(signed, new AgreementConcluded(command.AgreementId, proposal.Version, proposal.Terms, proposal.TermsHash, now));
    }

    private static Agreement Evolve(Agreement agreement, object @event) => @event switch
    {
        AgreementDrafted e => agreement with { Proposal = e, Signatures = agreement.Signatures.Clear() },
        AgreementSignedByParty e => agreement with { Signatures = agreement.Signatures.Add(e.Institution) },
        AgreementConcluded e => agreement with { Proposal = null, Versions = agreement.Versions.Add(e) },
        _ => throw new UnexpectedEventException(@event),
    };

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,99}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex IdPattern();
}

/// <param name="Institution">The tenant that signs, from its own token or its own stream.</param>
/// <param name="TermsHash">What it signs: it has to be the hash of the present proposal.</param>
public sealed record SignAgreement(string AgreementId, string Institution, string TermsHash, string SignedBy);
