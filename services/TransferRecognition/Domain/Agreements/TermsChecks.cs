using Pathways.Kernel;

namespace Pathways.TransferRecognition.Domain.Agreements;

/// <summary>What terms have to be before anybody signs them.</summary>
internal static class TermsChecks
{
    public static Rejection? Find(AgreementTerms terms)
    {
        if (string.IsNullOrWhiteSpace(terms.Title))
            return Rejection.Invalid("agreement-title-missing", "An agreement needs a title.", "Give it a title.", "/title");
        if (string.IsNullOrWhiteSpace(terms.SendingInstitution))
            return Rejection.Invalid("agreement-party-missing", "An agreement needs a sending institution.", "Name it by its tenant.", "/sendingInstitution");
        if (terms.SendingInstitution == terms.ReceivingInstitution)
            return Rejection.Invalid("agreement-with-itself", "An institution cannot make an agreement with itself.", "Name another sending institution.", "/sendingInstitution");
        if (terms.EffectiveUntil <= terms.EffectiveFrom)
            return Rejection.Invalid("agreement-dates-reversed", "The agreement ends before it begins.", "Correct one of the two days.", "/effectiveUntil");
        if (terms.Clauses.Count == 0)
            return Rejection.Invalid("agreement-empty", "An agreement needs at least one clause.", "Add a clause.", "/clauses");

        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < terms.Clauses.Count; i++)
        {
            var clause = terms.Clauses[i];
            if (string.IsNullOrWhiteSpace(clause.Id) || !ids.Add(clause.Id))
                return Rejection.Invalid("clause-id-not-unique", $"Each clause needs an id of its own; '{clause.Id}' is not.", "Give it another id.", $"/clauses/{i}/id");
            if (Clause(clause, $"/clauses/{i}") is { } flaw) return flaw;
        }

        return null;
    }

    private static Rejection? Clause(Clause clause, string place)
    {
        if (clause.Covers.Count == 0 || clause.Covers.Any(string.IsNullOrWhiteSpace))
            return Rejection.Invalid("clause-covers-nothing", "Say which achievements the clause covers.", "Name at least one identifier.", $"{place}/covers");
        if (clause.CountsAs.Count == 0 || clause.CountsAs.Any(string.IsNullOrWhiteSpace))
            return Rejection.Invalid("clause-counts-as-nothing", "Say what it counts as.", "Name at least one course or component.", $"{place}/countsAs");
        if (clause.MinScaledScore is < -1 or > 1)
            return Rejection.Invalid("score-out-of-range", "A scaled score is between -1 and 1.", "Correct the score, or leave it out.", $"{place}/minScaledScore");
        if (clause.MaxAgeDays is <= 0)
            return Rejection.Invalid("age-out-of-range", "The greatest age is at least one day.", "Correct the number of days, or leave it out.", $"{place}/maxAgeDays");
        return Award(clause.Award, $"{place}/award");
    }

    private static Rejection? Award(ClauseAward award, string place)
    {
        if (string.IsNullOrWhiteSpace(award.Unit))
            return Rejection.Invalid("credit-unit-missing", "Credit needs a unit; nobody guesses it.", "Name the unit, as creditUnit:SemesterHour.", $"{place}/unit");
        if (award.Amount is null == award.Conversion is null)
            return Rejection.Invalid("award-ambiguous", "Give either an amount or a conversion.", "Leave one of the two out.", place);
        if (award.Amount < 0 || award.MaxAmount < 0)
            return Rejection.Invalid("credit-negative", "Credit cannot be negative.", "Correct the amount.", place);
        if (award.Conversion is not { } conversion) return null;

        if (string.IsNullOrWhiteSpace(conversion.FromUnit))
            return Rejection.Invalid("credit-unit-missing", "A conversion needs the unit it starts from.", "Name the unit, as creditUnit:SemesterHour.", $"{place}/conversion/fromUnit");
        if (conversion.Numerator <= 0 || conversion.Denominator <= 0)
            return Rejection.Invalid("ratio-not-positive", "A conversion's ratio is a positive fraction.", "Make both numbers greater than 0.", $"{place}/conversion");
        if (string.IsNullOrWhiteSpace(conversion.Basis))
            return Rejection.Invalid("conversion-basis-missing", "Say what the ratio rests on.", "For example: year-load, hours.", $"{place}/conversion/basis");
        if (!CreditArithmetic.RoundingModes.Contains(conversion.Rounding.Mode))
        {
            return Rejection.Invalid("rounding-unknown", $"'{conversion.Rounding.Mode}' is not a way to round.",
                $"Use one of: {string.Join(", ", CreditArithmetic.RoundingModes)}.", $"{place}/conversion/rounding/mode");
        }

        return conversion.Rounding.Quantum > 0
            ? null
            : Rejection.Invalid("rounding-quantum-invalid", "The step of rounding is greater than 0.", "Correct the step, for example 0.5.", $"{place}/conversion/rounding/quantum");
    }
}
