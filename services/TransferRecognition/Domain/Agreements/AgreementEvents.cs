namespace Pathways.TransferRecognition.Domain.Agreements;

/// <summary>The terms of the next version, as they are proposed now. Signatures under earlier proposals are void.</summary>
public sealed record AgreementDrafted(int Version, AgreementTerms Terms, string TermsHash, DateTimeOffset At);

/// <summary>One party signed.</summary>
/// <param name="Institution">The tenant, from its own token.</param>
/// <param name="SignedBy">The client that signed for it.</param>
public sealed record AgreementSignedByParty(int Version, string Institution, string TermsHash, string SignedBy, DateTimeOffset At);

/// <summary>Both parties signed the same hash: from its effective date it decides.</summary>
public sealed record AgreementConcluded(string AgreementId, int Version, AgreementTerms Terms, string TermsHash, DateTimeOffset At);

/// <summary>In the sending party's own streams: it signed what the receiving party holds. Carried to the agreement from here.</summary>
public sealed record SignatureGiven(
    string AgreementId, string ReceivingInstitution, int Version, string TermsHash, string SignedBy, DateTimeOffset At);
