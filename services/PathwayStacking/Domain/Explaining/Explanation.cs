using System.Globalization;
using System.Text.Json.Serialization;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Explaining;

/// <param name="Lines">Sentences, in the order in which one reads them.</param>
public sealed record Explanation(Audience Audience, IReadOnlyList<string> Lines)
{
    /// <summary>One decision in the words of who asks. All are read from the decision and its certificate; nothing is decided anew.</summary>
    /// <param name="pathway">The version of the decision, with the exceptions that counted.</param>
    /// <param name="evidence">What counted, as in the decision's evidence set.</param>
    public static Explanation Of(Audience audience, CompiledPathway pathway, StackEvaluated decision, IReadOnlyList<Evidence> evidence)
    {
        var telling = new Telling(pathway, decision, evidence);
        return new(audience, audience switch
        {
            Audience.Learner => [.. telling.ForLearner()],
            Audience.Registrar => [.. telling.ForRegistrar()],
            _ => [.. telling.ForAuditor()],
        });
    }

    private const int MostNamed = 6;

    private sealed class Telling(CompiledPathway pathway, StackEvaluated decision, IReadOnlyList<Evidence> evidence)
    {
        private readonly Dictionary<string, Evidence> _evidence = evidence.ToDictionary(item => item.Id);
        private readonly Words _words = Words.For(pathway.Pathway);
        private readonly IReadOnlyList<(Credential Credential, Evidence Evidence)> _held = pathway.Credentials(evidence, decision.EvaluatedAt);

        public IEnumerable<string> ForLearner()
        {
            yield return decision.Verdict switch
            {
                Verdict.Satisfied => $"You have completed {pathway.Pathway.Name}.",
                Verdict.Unknown => $"{pathway.Pathway.Name} is nearly decided: nothing that you could do is missing, but somebody has to look at it.",
                _ => $"You have met {decision.RequirementsMet} of {decision.RequirementsTotal} requirements of {pathway.Pathway.Name}.",
            };
            foreach (var use in decision.Uses)
                yield return $"{NameOf(use.EvidenceId)} counts for {_words.Of(use.ComponentId)}.";
            foreach (var met in decision.Met.Where(met => met.WaivedBy is not null))
                yield return $"{met.Name} is waived for you.";
            foreach (var missing in decision.Missing)
                yield return $"You still need {missing.Text}.";
            if (Contest() is { } contest)
                yield return $"{contest.Needed} pieces of evidence are needed for {contest.Names}, and {contest.Fitting} of what you have can be used there.";
            if (Wanted() is { } wanted)
                yield return $"More requirements want these than they can count for, whichever way they are used: {wanted}.";
            foreach (var open in decision.NeedsAttestation)
                yield return $"Ask your registrar about this: {open.Text}.";
            foreach (var next in decision.Next.Where(next => next.Ready).Take(3))
                yield return $"You could begin with {next.Name}.";
            foreach (var next in decision.Next.Where(next => !next.Ready).Take(3))
                yield return $"{next.Name} comes after {_words.Of(next.Before)}.";
            if (Unused(Fit.Counts) is { Count: > 0 } beyond)
                yield return $"You have more than this pathway needs: {string.Join(", ", beyond.Select(NameOf))}.";
            if (Unused(Fit.FallsShort) is { Count: > 0 } shortOf)
                yield return $"This is asked for, and does not count as it is (its grade, age, level or issuer): {string.Join(", ", shortOf.Select(NameOf))}.";
            if (Unused(Fit.Nowhere) is { Count: > 0 } elsewhere)
                yield return $"This counts nowhere in this pathway: {string.Join(", ", elsewhere.Select(NameOf))}.";
        }

        public IEnumerable<string> ForRegistrar()
        {
            yield return $"{pathway.Pathway.Name}, version {decision.Stack.PathwayVersion}: {VerdictNames.InWords(decision.Verdict)} for {decision.Stack.LearnerId}, {decision.RequirementsMet} of {decision.RequirementsTotal} requirements, as of {Instant(decision.EvaluatedAt)}.";
            foreach (var use in decision.Uses)
                yield return $"{_words.Of(use.ComponentId)} ({use.ComponentId}) by {Described(use.EvidenceId)}.";
            foreach (var granted in pathway.Interventions)
            {
                var until = granted.ExpiresAt is { } expires ? $", until {Instant(expires)}" : "";
                yield return $"Exception {granted.Id}: {KindOf(granted.Kind)} at {_words.Of(granted.ComponentId)}, by {granted.Author} as {granted.Authority}{until}: {granted.Reason}";
            }

            foreach (var missing in decision.Missing)
                yield return $"Missing at {Place(missing)}: {missing.Text}.";
            foreach (var open in decision.NeedsAttestation)
                yield return $"To be attested at {Place(open)}: {open.Text}. An intervention of the kind Attestation settles it.";
            if (Contest() is { } contest)
                yield return $"Not a matter of choice: {contest.Needed} pieces of evidence are needed for {contest.Names}, and {contest.Fitting} can be used there.";
            if (Wanted() is { } wanted)
                yield return $"Not a matter of choice: whichever way they are used, more requirements want these than they can count for: {wanted}.";
            foreach (var id in Unused(Fit.Counts))
                yield return $"Fits and is not used: {Described(id)}.";
            foreach (var id in Unused(Fit.FallsShort))
                yield return $"Asked for, and does not count as it is: {Described(id)}.";
            foreach (var id in Unused(Fit.Nowhere))
                yield return $"Fits nowhere: {Described(id)}.";
            foreach (var rule in pathway.Settings.Rules ?? [])
                yield return $"Rule{(rule.Of is { } of ? $" for {string.Join(", ", of.Select(_words.Of))}" : "")}: {RuleCompiler.Describe(rule)}.";
            if (!decision.ProvenOptimal)
                yield return "The search ended at its limit: there may be a better way to use this evidence. Look at it, and decide with an intervention.";
        }

        public IEnumerable<string> ForAuditor()
        {
            yield return $"Decision {decision.DecisionHash}, verdict {VerdictNames.InWords(decision.Verdict)}, made {Instant(decision.EvaluatedAt)} by engine version {decision.EngineVersion}.";
            yield return $"Pathway {pathway.Pathway.Id} version {decision.Stack.PathwayVersion}, hash {decision.PathwayVersionHash}{(pathway.VersionHash == decision.PathwayVersionHash ? ", recomputed" : ", NOT THE VERSION AT HAND")}.";
            yield return $"Evidence set of {evidence.Count}, hash {decision.EvidenceSetHash}{(Assessment.EvidenceSetHash(evidence) == decision.EvidenceSetHash ? ", recomputed" : ", NOT THE EVIDENCE AT HAND")}.";
            yield return decision.InterventionsHash is { } interventions ? $"{pathway.Interventions.Count} exceptions, hash {interventions}." : "No exceptions.";
            yield return $"Decision hash {(Assessment.Hash(decision) == decision.DecisionHash ? "recomputed: it is the hash of this decision" : "NOT THE HASH OF THIS DECISION")}.";
            yield return Certificate();
            yield return "To repeat it offline: deploy/pathways audit replay.";
        }

        private string Certificate()
        {
            if (decision.Certificate is not { } certificate)
                return "No certificate was stored; only evaluating anew can confirm the verdict.";
            if (DecisionAudit.CertificateProves(pathway, [.. _held.Select(pair => pair.Credential)], decision) is not { } isProof)
                return $"The certificate is about the requirements as engine version {decision.EngineVersion} compiled them; this version can't check it.";
            var kind = certificate.Refutation is null ? "an assignment of evidence" : certificate.Uses is null ? "a proof of impossibility" : "an assignment of evidence and a proof that no certain one exists";
            return $"The certificate is {kind}; the separate verifier {(isProof ? "accepts it" : "DOES NOT ACCEPT IT")}.";
        }

        /// <summary>The set of requirements that wants more than there is, when the certificate shows one at once.</summary>
        private (int Needed, int Fitting, string Names)? Contest()
        {
            if (decision.Certificate?.Refutation is not { Kind: RefutationKind.Count, Leaves: { Count: > 1 } leaves })
                return null;
            var fitting = _held.Count(pair => pair.Credential.Eligible.Any(eligible => leaves.Contains(eligible.Leaf)));
            return (leaves.Count, fitting, Listed(leaves.Select(leaf => pathway.PlaceOf(leaf).Text)));
        }

        /// <summary>The evidence that is short, when the certificate proves the shortage by prices: it is what has one.</summary>
        private string? Wanted()
        {
            if (decision.Certificate?.Refutation is not { Kind: RefutationKind.Prices, Prices: { } prices })
                return null;
            return Listed(prices.Where(price => price.Amount > 0).Select(price => NameOf(_held[price.Credential].Evidence.Id)));
        }

        private static string Listed(IEnumerable<string> names)
        {
            var distinct = names.Distinct().ToList();
            return string.Join(", ", distinct.Take(MostNamed)) + (distinct.Count > MostNamed ? ", …" : "");
        }

        private List<string> Unused(Fit fit)
        {
            var fitting = new Fitting(pathway, _held);
            return [.. decision.Unused.Where(id => (_evidence.GetValueOrDefault(id) is { } held ? fitting.Of(held) : Fit.Nowhere) == fit)];
        }

        private string NameOf(string evidenceId) => _evidence.GetValueOrDefault(evidenceId)?.Name ?? evidenceId;

        private string Described(string evidenceId)
        {
            if (!_evidence.TryGetValue(evidenceId, out var held))
                return evidenceId;
            var facts = new List<string>();
            if (held.Credits is { } credits)
                facts.Add($"{credits.ToString("0.######", CultureInfo.InvariantCulture)} {(held.CreditUnit is { } unit ? CtdlTerms.LocalName(unit) : "credits of unknown unit")}");
            if (held.Level is { } level)
                facts.Add(CtdlTerms.LocalName(level));
            if (held.Grade is { } grade)
                facts.Add($"grade {grade}");
            facts.Add(held.AwardedAt > DateTimeOffset.UnixEpoch ? $"awarded {held.AwardedAt:yyyy-MM-dd}" : "no date");
            if (held.Issuer is { } issuer)
                facts.Add($"by {issuer}");
            return $"{held.Name ?? held.AchievementId} ({string.Join(", ", facts)}; {held.Id})";
        }

        private string Place(Shortfall shortfall) => shortfall.ComponentId is { } id ? $"{_words.Of(id)} ({id})" : pathway.Pathway.Name;

        private static string KindOf(InterventionKind kind) => kind switch
        {
            InterventionKind.ForcedUse => "forced use",
            InterventionKind.ForbiddenUse => "forbidden use",
            InterventionKind.ChangedLimit => "changed limit",
            _ => kind.ToString().ToLowerInvariant(),
        };

        private static string Instant(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
    }
}

[JsonConverter(typeof(JsonStringEnumConverter<Audience>))]
public enum Audience
{
    Learner,
    Registrar,
    Auditor,
}
