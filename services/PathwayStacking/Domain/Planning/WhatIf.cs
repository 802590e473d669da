using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Planning;

/// <summary>
/// Questions about what is not so. Each is answered by deciding anew about other inputs, so an answer is as exact as a decision; none is stored.
/// "What if I changed to another pathway" and "what if I also had this" are <see cref="Assessment.Of"/> with the other pathway, or with planned evidence.
/// </summary>
public static class WhatIf
{
    /// <summary>"Why is this not used here?": the decision if it were used here and nowhere else.</summary>
    public static Counterfactual UsedAt(
        StackReference stack, CompiledPathway pathway, IReadOnlyList<Evidence> evidence, string evidenceId, string componentId, DateTimeOffset instant,
        IReadOnlyList<EvidenceUse>? kept = null)
    {
        var forced = new Intervention("what-if", InterventionKind.ForcedUse, componentId, evidenceId, null, null, "what-if", "what-if", "what-if");
        var actual = Assessment.Of(stack, pathway, evidence, instant, kept).Evaluated;
        var onlyThere = pathway.Supposing([.. pathway.Interventions, forced]);
        bool fits = onlyThere.Credentials(evidence, instant).Any(pair => pair.Evidence.Id == evidenceId && pair.Credential.Eligible.Count > 0);
        var supposed = Assessment.Of(stack, onlyThere, evidence, instant, kept).Evaluated;
        var isUsed = supposed.Uses.Contains(new(componentId, evidenceId));
        var text = (fits, supposed.Verdict.CompareTo(actual.Verdict)) switch
        {
            (false, _) => "It does not count there: nothing in it says that it fills the component.",
            (true, < 0) => $"It could be used there, and then this would be missing: {string.Join("; ", supposed.Missing.Concat(supposed.NeedsAttestation).Select(missing => missing.Text))}.",
            _ => "It could be used there as well; the result would be the same.",
        };
        return new(isUsed, actual, supposed, text);
    }

    /// <summary>The decision as it is, and as it would be: with planned evidence, without some, with other exceptions, in another pathway.</summary>
    /// <param name="supposition">Not refused: see <see cref="Supposition.Refuse"/>.</param>
    /// <param name="other">The pathway to try instead; null for the same.</param>
    /// <param name="kept">The uses of the last decision.</param>
    public static Outlook Suppose(
        StackReference stack, CompiledPathway pathway, IReadOnlyList<Evidence> evidence, Supposition supposition, DateTimeOffset instant, CompiledPathway? other = null,
        IReadOnlyList<EvidenceUse>? kept = null)
    {
        var then = (other ?? pathway).Supposing([.. other is null ? pathway.Interventions : [], .. supposition.Interventions ?? []]);
        var supposed = evidence.Where(held => supposition.Without?.Contains(held.Id) != true).Concat(supposition.Planned ?? []).ToList();
        var decision = Assessment.Of(stack, then, supposed, instant, kept).Evaluated;
        return new(Assessment.Of(stack, pathway, evidence, instant, kept).Evaluated, decision, [.. new Reasons(then, supposed, decision).WhyUnused(supposition.Planned ?? [])]);
    }

    /// <summary>Which offers bring the stack closer to its goal: what completes it first, then what gains most for its cost. Offers that gain nothing are left out.</summary>
    public static IReadOnlyList<NextBest> Rank(CompiledPathway pathway, IReadOnlyList<Evidence> evidence, IReadOnlyList<Offer> offers, DateTimeOffset instant)
    {
        var now = Evaluate(pathway, evidence, instant);
        return [.. offers
            .Select(offer => (offer, then: Evaluate(pathway, [.. evidence, offer.AsEvidence(instant)], instant)))
            .Select(pair => new NextBest(pair.offer, pair.then.Verdict, (now.Missing - pair.then.Missing).ToDecimal()))
            .Where(next => next.Gain > 0 || next.Verdict > now.Verdict)
            .OrderByDescending(next => next.Verdict)
            .ThenByDescending(next => next.Gain / Math.Max(next.Offer.Cost, 0.01m))
            .ThenBy(next => next.Offer.AchievementId, StringComparer.Ordinal)];
    }

    private static Evaluation Evaluate(CompiledPathway pathway, IReadOnlyList<Evidence> evidence, DateTimeOffset instant)
        => pathway.Evaluate(pathway.Credentials(evidence, instant), instant);
}

/// <param name="Planned">What the learner would hold as well.</param>
/// <param name="Without">Ids of evidence that would be gone.</param>
public sealed record Supposition(IReadOnlyList<Evidence>? Planned = null, IReadOnlyList<string>? Without = null, IReadOnlyList<Intervention>? Interventions = null)
{
    private const int MostNamed = 40;

    /// <summary>Supposing something of evidence that nobody holds, or what is held already, would change nothing, and look like an answer.</summary>
    /// <param name="counting">The evidence that counts now.</param>
    public Rejection? Refuse(IReadOnlyList<Evidence> counting, DateTimeOffset now)
    {
        var known = counting.Select(held => held.Id).ToHashSet(StringComparer.Ordinal);
        if (Without?.FirstOrDefault(id => !known.Contains(id)) is { } gone) return Unknown(gone, known, "/without");
        if (RefusePlanned(known.Except(Without ?? []).ToHashSet(StringComparer.Ordinal), now) is { } refused) return refused;
        known.UnionWith((Planned ?? []).Select(planned => planned.Id));
        return Interventions?.FirstOrDefault(supposed => supposed.EvidenceId is { } id && !known.Contains(id)) is { } about
            ? Unknown(about.EvidenceId!, known, "/interventions")
            : null;
    }

    /// <param name="taken">Ids that planned evidence can't have.</param>
    private Rejection? RefusePlanned(HashSet<string> taken, DateTimeOffset now)
    {
        foreach (var (index, planned) in (Planned ?? []).Index())
        {
            if (planned.RefuseStated(now) is { } refused)
                return refused with { Place = $"/planned/{index}{refused.Place}" };
            if (!taken.Add(planned.Id))
                return Rejection.Invalid("duplicate-id", $"\"{planned.Id}\" is held already, or planned twice.", "Give it an id of its own; to plan it in place of what is held, name that in \"without\".", $"/planned/{index}");
        }

        return null;
    }

    private static Rejection Unknown(string id, HashSet<string> known, string place) => Rejection.Invalid(
        "unknown-evidence",
        $"There is no evidence '{id}' that counts now.",
        known.Count == 0 ? "There is none to name." : $"Name one of: {string.Join(", ", known.Order(StringComparer.Ordinal).Take(MostNamed))}{(known.Count > MostNamed ? ", …" : "")}.",
        place);
}

/// <param name="Reasons">Why planned evidence is not used, where it is not.</param>
public sealed record Outlook(StackEvaluated Actual, StackEvaluated Supposed, IReadOnlyList<string> Reasons)
{
    /// <summary>The difference, in sentences.</summary>
    public IReadOnlyList<string> Differences
    {
        get
        {
            var lines = new List<string> { Actual.Verdict == Supposed.Verdict ? $"The verdict stays {VerdictNames.InWords(Supposed.Verdict)}." : $"The verdict becomes {VerdictNames.InWords(Supposed.Verdict)}; it is {VerdictNames.InWords(Actual.Verdict)}." };
            lines.Add($"{Supposed.RequirementsMet} of {Supposed.RequirementsTotal} requirements would be met; {Actual.RequirementsMet} of {Actual.RequirementsTotal} are.");
            lines.AddRange(Texts(Actual).Except(Texts(Supposed)).Select(text => $"No longer missing: {text}."));
            lines.AddRange(Texts(Supposed).Except(Texts(Actual)).Select(text => $"Missing then: {text}."));
            lines.AddRange(Reasons);
            return lines;

            static IEnumerable<string> Texts(StackEvaluated decision) => decision.Missing.Concat(decision.NeedsAttestation).Select(missing => missing.Text);
        }
    }
}

/// <param name="IsUsed">Whether the evidence would then be used at the component.</param>
/// <param name="Text">The difference, in a sentence.</param>
public sealed record Counterfactual(bool IsUsed, StackEvaluated Actual, StackEvaluated Supposed, string Text);

/// <summary>Something a learner could take.</summary>
/// <param name="Identifiers">As of <see cref="Evidence"/>.</param>
/// <param name="Cost">In hours, credits or money; all offers of one question in the same.</param>
public sealed record Offer(string AchievementId, string Name, IReadOnlyList<string> Identifiers, decimal? Credits, string? CreditUnit, string? Level, decimal Cost)
{
    /// <summary>Why nobody could be offered this; null when it can be ranked.</summary>
    public Rejection? Refuse() => AsEvidence(DateTimeOffset.UnixEpoch).Refuse();

    internal Evidence AsEvidence(DateTimeOffset instant)
        => new($"offer {AchievementId}", EvidenceKind.Credential, AchievementId, Identifiers, Name, null, Credits, CreditUnit, Level, null, null, instant);
}

/// <param name="Verdict">Of the stack with the offer taken.</param>
/// <param name="Gain">How much less is missing; a course that one condition asks for gains 1.</param>
public sealed record NextBest(Offer Offer, Verdict Verdict, decimal Gain);
