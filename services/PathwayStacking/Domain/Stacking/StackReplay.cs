using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>
/// Goes through a log of this service and decides every decision anew: by the log alone, without the service. Feed it the
/// events in the log's order.
/// </summary>
public sealed class StackReplay
{
    private readonly Dictionary<(string Tenant, string PathwayId, int Version), CompiledPathway> _pathways = [];
    private readonly Dictionary<(string Tenant, string Stream), StackState> _stacks = [];

    public int Decisions { get; private set; }

    /// <summary>Decisions of another engine version: their inputs, hash and certificate were checked, and they were not decided anew.</summary>
    public int OfOtherEngines { get; private set; }

    /// <summary>Those of them that have no certificate that this version can check: nothing but inputs and hash speaks for them.</summary>
    public int Unproven { get; private set; }

    /// <summary>What is wrong with an event; null when it is a decision that holds, or none.</summary>
    /// <param name="data">The event, read as its stored type says.</param>
    public string? Add(string tenant, string stream, object data)
    {
        if (data is PathwayPublished published)
            _pathways[(tenant, published.PathwayId, published.Version)] = PathwayCompiler.Compile(published.Pathway, published.Settings);
        if (!stream.StartsWith("stack-", StringComparison.Ordinal))
            return null;
        var before = _stacks.GetValueOrDefault((tenant, stream), StackState.Initial);
        var fault = data is StackEvaluated decision ? Check(tenant, before, decision) : null;
        _stacks[(tenant, stream)] = StackDecider.Decider.Evolve(before, data);
        return fault;
    }

    private string? Check(string tenant, StackState before, StackEvaluated decision)
    {
        Decisions++;
        if (!_pathways.TryGetValue((tenant, decision.Stack.PathwayId, decision.Stack.PathwayVersion), out var pathway))
            return $"version {decision.Stack.PathwayVersion} of pathway {decision.Stack.PathwayId} was never published before it";
        var result = DecisionAudit.Check(pathway, before, decision);
        if (result.ReplayMatches is null)
            OfOtherEngines++;
        if (result is { ReplayMatches: null, CertificateProves: null })
            Unproven++;
        return result switch
        {
            { PathwayMatches: false } => "it was made by another pathway than the log has",
            { EvidenceMatches: false } => "it was made of other evidence than the log has",
            { DecisionMatches: false } => "its hash is not the hash of what it says",
            { ReplayMatches: false } => "deciding anew gives another decision",
            { CertificateProves: false } => "its certificate proves nothing",
            _ => null,
        };
    }
}
