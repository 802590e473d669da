namespace Pathways.PathwayStacking.Engine;

/// <summary>Judges a credential's facts against what a leaf asks for.</summary>
internal static class Admissions
{
    public static Verdict Judge(Admission admission, Facts? facts, DateTimeOffset? at)
    {
        var verdict = AtLeast(facts?.Points, admission.MinimumPoints);
        verdict = Lesser(verdict, AtLeast(facts?.Level, admission.MinimumLevel));
        verdict = Lesser(verdict, IsRecent(admission.RecencyMonths, facts?.Awarded, at));
        return Lesser(verdict, Belongs(admission.Of, facts));
    }

    private static Verdict AtLeast(Kernel.Credit.Rational? stated, Kernel.Credit.Rational? least)
    {
        if (least is null)
            return Verdict.Satisfied;
        if (stated is null)
            return Verdict.Unknown;
        return stated >= least ? Verdict.Satisfied : Verdict.NotSatisfied;
    }

    private static Verdict IsRecent(int? months, DateTimeOffset? awarded, DateTimeOffset? at)
    {
        if (months is null)
            return Verdict.Satisfied;
        if (awarded is null || at is null)
            return Verdict.Unknown;
        // Calendar months; what was awarded at the end of time is recent for ever.
        return awarded >= at.Value.AddMonths(-months.Value) ? Verdict.Satisfied : Verdict.NotSatisfied;
    }

    private static Verdict Belongs(string? of, Facts? facts)
    {
        if (of is null || facts?.Classes?.Contains(of) == true)
            return Verdict.Satisfied;
        return facts?.PossibleClasses?.Contains(of) == true ? Verdict.Unknown : Verdict.NotSatisfied;
    }

    private static Verdict Lesser(Verdict left, Verdict right) => left < right ? left : right;
}
