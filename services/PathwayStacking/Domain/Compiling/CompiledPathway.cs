using System.Collections.Frozen;
using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>
/// A pathway version ready to be evaluated: immutable, safe to share between threads, worth caching by <see cref="VersionHash"/>.
/// </summary>
public sealed class CompiledPathway
{
    private readonly FrozenDictionary<string, int[]> _leavesByIdentifier;
    private readonly FrozenDictionary<string, string> _awards;
    private readonly IReadOnlyList<Place> _places;
    private readonly int[] _openLeaves;

    internal CompiledPathway(
        string versionHash, Pathway pathway, PathwaySettings settings, RequirementGraph graph, IReadOnlyList<Place> places, IReadOnlyList<Intervention> interventions)
    {
        Interventions = interventions;
        VersionHash = versionHash;
        Pathway = pathway;
        Settings = settings;
        Graph = graph;
        _places = places;
        _awards = settings.Awards.ToFrozenDictionary(award => award.ComponentId, award => award.AchievementId);
        var componentLeaves = Enumerable.Range(0, places.Count).Where(node => graph.Nodes[node] is Leaf && places[node].ComponentId is not null);
        _leavesByIdentifier = componentLeaves
            .SelectMany(leaf => places[leaf].Identifiers.Select(identifier => (identifier, leaf)))
            .GroupBy(pair => pair.identifier, pair => pair.leaf)
            .ToFrozenDictionary(group => group.Key, group => group.Distinct().ToArray());
        _openLeaves = [.. Enumerable.Range(0, places.Count).Where(node => graph.Nodes[node] is Leaf && places[node].ComponentId is null)];
    }

    /// <summary>SHA-256 over the canonical JSON (RFC 8785) of model and settings, hex.</summary>
    public string VersionHash { get; }

    public Pathway Pathway { get; }

    public PathwaySettings Settings { get; }

    /// <summary>The exceptions that it is compiled with, ordered by id; none in the version itself.</summary>
    public IReadOnlyList<Intervention> Interventions { get; }

    internal RequirementGraph Graph { get; }

    /// <summary>What each node of the graph stands for.</summary>
    internal Place PlaceOf(int node) => _places[node];

    /// <summary>The achievement that completing a destination component awards; null when none.</summary>
    public string? AwardOf(string componentId) => _awards.GetValueOrDefault(componentId);

    /// <summary>The same version, as it stands for a learner with exceptions.</summary>
    public CompiledPathway With(IEnumerable<Intervention> interventions)
    {
        var ordered = interventions.OrderBy(granted => granted.Id, StringComparer.Ordinal).ToList();
        return ordered.Count == 0 && Interventions.Count == 0 ? this : PathwayCompiler.Compile(this, ordered);
    }

    /// <summary>Whether the evidence can make a difference in this pathway.</summary>
    public bool Concerns(Evidence evidence) => Eligible(evidence).Count > 0;

    /// <summary>One credential per achievement: further instances add to what it is eligible for, never to how often it counts.</summary>
    internal IReadOnlyList<(Credential Credential, Evidence Evidence)> Credentials(IEnumerable<Evidence> evidence)
        => [.. evidence
            .GroupBy(item => item.AchievementId)
            .Select(instances => AsCredential([.. instances.OrderByDescending(item => item.Credits ?? 0).ThenBy(item => item.AwardedAt).ThenBy(item => item.Id, StringComparer.Ordinal)]))
            .OrderBy(pair => pair.Credential.Id, StringComparer.Ordinal)];

    private (Credential Credential, Evidence Evidence) AsCredential(IReadOnlyList<Evidence> instances)
    {
        var byInstance = instances.Select(Eligible).ToList();
        var merged = byInstance.SelectMany(eligible => eligible)
            .GroupBy(eligible => eligible.Leaf)
            .Select(leaf => new Eligibility(leaf.Key, leaf.Any(eligible => eligible.Certain)))
            .OrderBy(eligible => eligible.Leaf)
            .ToList();
        // The instance that stands for the achievement is the one that proves most.
        var best = Enumerable.Range(0, instances.Count).MaxBy(index => byInstance[index].Count(eligible => eligible.Certain));
        var largest = Rational.From(instances[0].Credits ?? 0);
        var certain = IsInUnit(instances[0]) ? largest : 0;
        return (new(instances[best].Id, certain, merged, PossibleCredits: instances[0].CreditUnit is null ? largest : certain), instances[best]);
    }

    /// <summary>Minima count credits of one unit; without minima, each sum's own constraints look at the unit.</summary>
    private bool IsInUnit(Evidence evidence) => Settings.Minima is not [var minimum, ..] || minimum.Unit == evidence.CreditUnit;

    private List<Eligibility> Eligible(Evidence evidence)
    {
        var substitutes = Components(InterventionKind.Substitution, evidence).ToHashSet();
        var forced = Components(InterventionKind.ForcedUse, evidence).ToHashSet();
        var forbidden = Components(InterventionKind.ForbiddenUse, evidence).ToHashSet();
        var eligible = new List<Eligibility>();
        var leaves = evidence.Identifiers.Append(evidence.AchievementId)
            .SelectMany(identifier => _leavesByIdentifier.GetValueOrDefault(Identifier.Normalize(identifier)) ?? [])
            .Concat(_openLeaves)
            .Concat(substitutes.SelectMany(component => _leavesByIdentifier.GetValueOrDefault(Identifier.Normalize(component)) ?? []))
            .Distinct();
        foreach (var leaf in leaves)
        {
            var place = _places[leaf];
            var component = place.ComponentId ?? place.OwnerId ?? "";
            if (AwardOf(component) == evidence.AchievementId || forbidden.Contains(component) || (forced.Count > 0 && !forced.Contains(component)))
                continue;
            var verdict = substitutes.Contains(component) ? Verdict.Satisfied : place.Judge(evidence);
            if (verdict != Verdict.NotSatisfied)
                eligible.Add(new(leaf, verdict == Verdict.Satisfied));
        }

        return eligible;
    }

    private IEnumerable<string> Components(InterventionKind kind, Evidence evidence)
        => Interventions.Where(granted => granted.Kind == kind && granted.EvidenceId == evidence.Id).Select(granted => granted.ComponentId);
}

/// <summary>Where in the pathway a node of the requirement graph comes from.</summary>
/// <param name="ComponentId">The component that a leaf or a component's group is about; null for a condition.</param>
/// <param name="OwnerId">The component whose condition it is; null for the pathway itself.</param>
/// <param name="Text">What is required, in plain words.</param>
/// <param name="Identifiers">Normalized names of what fills a component's leaf.</param>
internal sealed record Place(
    string? ComponentId,
    string? OwnerId,
    string Text,
    IReadOnlyList<string> Identifiers,
    IReadOnlyList<Constraint> Constraints,
    LogicalOperator? Combination,
    bool CountsCredits = false)
{
    public Verdict Judge(Evidence evidence)
    {
        // Credits that the evidence does not state cannot be summed.
        if (CountsCredits && evidence.Credits is null)
            return Verdict.NotSatisfied;
        return ConstraintJudge.Judge(Constraints, Combination, evidence);
    }
}
