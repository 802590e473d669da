using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.KnownCredentials;

namespace Pathways.TransferRecognition.Domain.Recognising;

/// <summary>Decides one credential by the agreements: recognised, refused with the reason, or referred to a person.</summary>
internal static class Judgement
{
    public static object Of(RecognitionRequested request, Circumstances circumstances, DateTimeOffset now)
    {
        var about = request.About;
        if (circumstances.Known.Facts is not { } facts)
            return Refused(about, RefusalCodes.NoAgreement, NoAgreementWith(request.SendingInstitution), facts: null, now);
        if (circumstances.Known.Status != CredentialStatuses.Valid)
            return Refused(about, RefusalCodes.CredentialNotValid, $"The credential is {circumstances.Known.Status}.", facts, now);
        if (facts.ValidUntil <= now)
            return Refused(about, RefusalCodes.CredentialNotValid, $"The credential expired at {facts.ValidUntil:u}.", facts, now);

        var inForce = InForce(circumstances.Agreements, now);
        if (inForce.Count == 0)
        {
            bool ended = circumstances.Agreements.Any(agreement => agreement.Terms.EffectiveUntil <= now);
            return ended
                ? Refused(about, RefusalCodes.ExpiredAgreement, $"The agreement with '{facts.Institution}' has ended.", facts, now)
                : Refused(about, RefusalCodes.NoAgreement, NoAgreementWith(facts.Institution), facts, now);
        }

        var covering = inForce
            .SelectMany(agreement => agreement.Terms.Clauses, (agreement, clause) => (Agreement: agreement, Clause: clause))
            .Where(candidate => Covers(candidate.Clause, facts))
            .ToList();
        if (covering.Count == 0)
            return Refused(about, RefusalCodes.NotCovered, $"No clause covers '{facts.AchievementName}'.", facts, now);

        var verdicts = covering.Select(candidate => Apply(about, candidate.Agreement, candidate.Clause, facts, circumstances.Hash, now)).ToList();
        // The first clause that grants decides; then one that a person can settle; else the first refusal.
        return verdicts.Find(verdict => verdict is CreditRecognised)
            ?? verdicts.Find(verdict => verdict is RecognitionReferred)
            ?? verdicts[0];
    }

    /// <summary>Of each agreement the newest version that is in force; in a fixed order, so that the same circumstances decide the same.</summary>
    private static List<AgreementConcluded> InForce(IReadOnlyList<AgreementConcluded> agreements, DateTimeOffset now) => agreements
        .Where(agreement => agreement.Terms.IsInForce(now))
        .GroupBy(agreement => agreement.AgreementId)
        .Select(versions => versions.MaxBy(agreement => agreement.Version)!)
        .OrderBy(agreement => agreement.AgreementId, StringComparer.Ordinal)
        .ToList();

    private static bool Covers(Clause clause, CredentialFacts facts)
        => clause.Covers.Contains(facts.AchievementId) || clause.Covers.Intersect(facts.Identifiers, StringComparer.Ordinal).Any();

    private static object Apply(
        RecognitionReference about, AgreementConcluded agreement, Clause clause, CredentialFacts facts, CanonicalHash hash, DateTimeOffset now)
    {
        if (clause.MinScaledScore is { } least && !(facts.ScaledScore >= least))
        {
            string found = facts.ScaledScore is { } reached ? $"The score is {reached}" : "The credential states no score";
            return Refused(about, RefusalCodes.ScoreTooLow, $"{found}; the agreement asks for {least}.", facts, now, agreement, clause);
        }

        if (clause.MaxAgeDays is { } days && facts.ValidFrom.AddDays(days) < now)
            return Refused(about, RefusalCodes.TooOld, $"The credential is of {facts.ValidFrom:yyyy-MM-dd}, more than {days} days ago.", facts, now, agreement, clause);

        if (clause.Award.Conversion is { } conversion && (facts.Credit is null || facts.CreditUnit != conversion.FromUnit))
        {
            return new RecognitionReferred(about, RefusalCodes.UnknownUnit,
                $"The clause converts {conversion.FromUnit}; the credential states {facts.Credit?.ToString() ?? "no amount"} {facts.CreditUnit ?? "without a unit"}.",
                agreement.AgreementId, agreement.Version, clause.Id, facts, now);
        }

        var (amount, computation) = Compute(clause.Award, facts);
        var decision = new DecisionBasis(agreement.AgreementId, agreement.Version, agreement.TermsHash, clause.Id, facts, amount, clause.Award.Unit);
        return new CreditRecognised(about, agreement.AgreementId, agreement.Version, agreement.TermsHash, clause.Id, amount, clause.Award.Unit,
            clause.Level, clause.CountsAs, computation, facts, hash(decision), now);
    }

    private static (decimal Amount, string Computation) Compute(ClauseAward award, CredentialFacts facts)
    {
        if (award.Conversion is not { } conversion) return (award.Amount!.Value, $"{award.Amount} {award.Unit} by agreement");
        decimal converted = CreditArithmetic.Convert(facts.Credit!.Value, conversion);
        decimal granted = award.MaxAmount is { } most ? Math.Min(converted, most) : converted;
        string cap = granted < converted ? $", at most {award.MaxAmount}" : "";
        return (granted, $"{facts.Credit} {conversion.FromUnit} x {conversion.Numerator}/{conversion.Denominator} ({conversion.Basis}), "
            + $"rounded {conversion.Rounding.Mode} to {conversion.Rounding.Quantum}{cap} = {granted} {award.Unit}");
    }

    private static string NoAgreementWith(string institution) => $"There is no agreement in force with '{institution}'.";

    private static RecognitionRefused Refused(
        RecognitionReference about, string code, string reason, CredentialFacts? facts, DateTimeOffset now,
        AgreementConcluded? agreement = null, Clause? clause = null)
        => new(about, code, reason, agreement?.AgreementId, agreement?.Version, clause?.Id, facts, now);
}

/// <summary>What the decision's hash is over.</summary>
public sealed record DecisionBasis(
    string AgreementId, int AgreementVersion, string TermsHash, string ClauseId, CredentialFacts Facts, decimal Amount, string Unit);
