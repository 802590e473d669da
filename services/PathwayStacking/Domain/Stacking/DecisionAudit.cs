using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>Checks a stored decision from what it was made of, offline, without trusting the service that made it.</summary>
public static class DecisionAudit
{
    /// <summary>
    /// Folds a stack's events up to a decision and checks it: the recorded inputs give the recorded hashes, the certificate proves the verdict, and evaluating
    /// anew gives the same decision.
    /// </summary>
    /// <param name="pathway">The version that the decision names.</param>
    /// <param name="before">The stack's events before the decision.</param>
    public static AuditResult Check(PathwayPublished pathway, IEnumerable<object> before, StackEvaluated decision)
        => Check(PathwayCompiler.Compile(pathway.Pathway, pathway.Settings), StackDecider.Decider.Fold(StackState.Initial, before), decision);

    /// <param name="version">The version that the decision names, compiled.</param>
    /// <param name="state">The stack before the decision.</param>
    public static AuditResult Check(CompiledPathway version, StackState state, StackEvaluated decision)
    {
        var compiled = version.With(state.InterventionsAt(decision.EvaluatedAt));
        var evidence = state.ValidAt(decision.EvaluatedAt).ToList();
        var credentials = compiled.Credentials(evidence, decision.EvaluatedAt).Select(pair => pair.Credential).ToList();
        return new(
            PathwayMatches: compiled.VersionHash == decision.PathwayVersionHash,
            EvidenceMatches: Assessment.EvidenceSetHash(evidence) == decision.EvidenceSetHash,
            DecisionMatches: Assessment.Hash(decision) == decision.DecisionHash,
            CertificateProves: CertificateProves(compiled, credentials, decision),
            ReplayMatches: decision.EngineVersion == Evaluator.Version
                ? Assessment.Of(decision.Stack, compiled, evidence, decision.EvaluatedAt, state.LastEvaluation?.Uses).Evaluated.DecisionHash == decision.DecisionHash
                : null);
    }

    /// <summary>Whether the stored certificate proves the verdict: null when there is none, or when it is about a graph that this version compiles no more.</summary>
    /// <param name="pathway">With the exceptions that counted.</param>
    internal static bool? CertificateProves(CompiledPathway pathway, IReadOnlyList<Credential> credentials, StackEvaluated decision)
    {
        if (decision.Certificate is not { } certificate || (decision.EngineVersion != Evaluator.Version && pathway.WaivesLimited))
            return null;
        return new CertificateVerifier(pathway.Graph, credentials, decision.EvaluatedAt).Proves(decision.Verdict, certificate);
    }
}

/// <param name="CertificateProves">Null when there is none that this version can check: it would have been too long to store, or an older version made it for another graph.</param>
/// <param name="ReplayMatches">Null when another engine version decided.</param>
public sealed record AuditResult(bool PathwayMatches, bool EvidenceMatches, bool DecisionMatches, bool? CertificateProves, bool? ReplayMatches);
