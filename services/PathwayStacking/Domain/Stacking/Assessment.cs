using System.Runtime.CompilerServices;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>The engine's answer about one learner's evidence in one pathway, put into the pathway's words. Pure: same inputs, same decision hash.</summary>
/// <param name="Destinations">Each destination component with its verdict and its parts.</param>
public sealed record Assessment(StackEvaluated Evaluated, IReadOnlyList<DestinationOutcome> Destinations)
{
    /// <summary>Evidence stays while decisions come and go: each piece is written once.</summary>
    private static readonly ConditionalWeakTable<Evidence, string> Written = [];

    /// <param name="evidence">What counts at <paramref name="instant"/>, in any order.</param>
    /// <param name="kept">The uses of the decision before: they stay as they are unless a change helps.</param>
    public static Assessment Of(
        StackReference stack, CompiledPathway pathway, IReadOnlyList<Evidence> evidence, DateTimeOffset instant, IReadOnlyList<EvidenceUse>? kept = null)
    {
        var held = pathway.Credentials(evidence, instant);
        var evaluation = pathway.Evaluate(held, instant, kept);
        var reading = new Reading(pathway, evaluation, held);
        var uses = reading.UsesBelow(pathway.Graph.Root);
        var (met, total) = reading.Progress();
        var evaluated = new StackEvaluated(
            stack,
            evaluation.Verdict,
            met,
            total,
            reading.Met(),
            reading.Shortfalls(Verdict.NotSatisfied),
            reading.Shortfalls(Verdict.Unknown),
            uses,
            [.. held.Select(pair => pair.Evidence.Id).Except(uses.Select(use => use.EvidenceId))],
            reading.Next(),
            evaluation.ProvenOptimal,
            instant,
            pathway.VersionHash,
            EvidenceSetHash(evidence),
            pathway.Interventions.Count == 0 ? null : CanonicalJson.Sha256(pathway.Interventions),
            Evaluator.Version,
            evaluation.Certificate,
            DecisionHash: "");
        var destinations = pathway.Pathway.Destinations.Select(reading.Destination).ToList();
        return new(evaluated with { DecisionHash = Hash(evaluated) }, destinations);
    }

    internal static string EvidenceSetHash(IEnumerable<Evidence> evidence)
        => CanonicalJson.Sha256OfText($"[{string.Join(',', evidence.OrderBy(item => item.Id, StringComparer.Ordinal).Select(item => Written.GetValue(item, CanonicalJson.Of)))}]");

    /// <summary>Recomputes a stored decision's hash. The instant is not part of it: what counted then is in the evidence set.</summary>
    public static string Hash(StackEvaluated decision) => CanonicalJson.Sha256(new
    {
        decision.PathwayVersionHash,
        decision.EvidenceSetHash,
        decision.InterventionsHash,
        decision.EngineVersion,
        decision.Verdict,
        decision.Uses,
        decision.Missing,
        decision.NeedsAttestation,
        decision.ProvenOptimal,
        decision.Certificate,
    });
}

/// <param name="Parts">The evidence that carries it.</param>
public sealed record DestinationOutcome(string ComponentId, string Name, Verdict Verdict, IReadOnlyList<EvidenceUse> Parts);
