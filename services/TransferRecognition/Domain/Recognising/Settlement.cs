using Pathways.Kernel;
using Pathways.TransferRecognition.Domain.Agreements;

namespace Pathways.TransferRecognition.Domain.Recognising;

/// <summary>A person decides what a clause could not: how much credit, or none, and why.</summary>
/// <param name="Amount">In the unit of the clause; null refuses.</param>
/// <param name="SettledBy">The client that decided.</param>
public sealed record SettleRecognition(decimal? Amount, string? Reason, string SettledBy);

public static class Settlement
{
    public static Decision Settle(Recognition recognition, SettleRecognition command, Circumstances circumstances, DateTimeOffset now)
    {
        if (recognition is not { Status: RecognitionStatus.InReview, Referral: { } referral })
            return Rejection.Conflict("nothing-to-settle", "The request waits for nobody's decision.", "Read the request: its state tells what became of it.");
        if (string.IsNullOrWhiteSpace(command.Reason))
            return Rejection.Invalid("reason-missing", "A decision by hand needs a reason.", "Say why it is decided so.", "/reason");
        if (command.Amount is not { } amount)
        {
            return Decision.Accept(new RecognitionRefused(referral.About, RefusalCodes.RefusedInReview, command.Reason,
                referral.AgreementId, referral.AgreementVersion, referral.ClauseId, referral.Facts, now));
        }

        // The agreement binds the person too: the unit, what it counts as, and the most that may be granted.
        var agreement = circumstances.Agreements.Single(concluded => concluded.AgreementId == referral.AgreementId && concluded.Version == referral.AgreementVersion);
        var clause = agreement.Terms.Clauses.Single(candidate => candidate.Id == referral.ClauseId);
        if (amount < 0 || amount > (clause.Award.MaxAmount ?? decimal.MaxValue))
            return Rejection.Invalid("amount-out-of-range", $"The clause grants 0 to {clause.Award.MaxAmount?.ToString() ?? "any amount"}.", "Correct the amount.", "/amount");

        var basis = new DecisionBasis(agreement.AgreementId, agreement.Version, agreement.TermsHash, clause.Id, referral.Facts, amount, clause.Award.Unit);
        return Decision.Accept(new CreditRecognised(referral.About, agreement.AgreementId, agreement.Version, agreement.TermsHash, clause.Id,
            amount, clause.Award.Unit, clause.Level, clause.CountsAs, $"{amount} {clause.Award.Unit} by {command.SettledBy}: {command.Reason}",
            referral.Facts, circumstances.Hash(basis), now));
    }
}
