using System.Collections.Concurrent;
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
    /// <summary>Learners with exceptions are few, and their stacks are judged again and again.</summary>
    private const int MostVariants = 32;

    private readonly FrozenDictionary<string, int[]> _leavesByIdentifier;
    private readonly FrozenDictionary<string, string> _awards;
    private readonly IReadOnlyList<Place> _places;
    private readonly int[] _openLeaves;
    private readonly string? _unit;
    private readonly FrozenDictionary<string, string[]> _prerequisites;
    private readonly ConcurrentDictionary<string, CompiledPathway> _variants = [];

    internal CompiledPathway(
        string versionHash, Pathway pathway, PathwaySettings settings, RequirementGraph graph, IReadOnlyList<Place> places, IReadOnlyList<Intervention> interventions)
    {
        Interventions = interventions;
        VersionHash = versionHash;
        _unit = (settings.Minima ?? []).Select(minimum => minimum.Unit).Concat((settings.Rules ?? []).Select(rule => rule.Unit)).FirstOrDefault(unit => unit is not null);
        Pathway = pathway;
        Settings = settings;
        Graph = graph;
        _places = places;
        _prerequisites = new RuleCompiler(pathway, settings).PrerequisitesByName().ToFrozenDictionary(group => group.Key, group => group.Distinct().ToArray());
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

    /// <summary>Whether an exception waives a component whose evidence is limited: before engine version 9 the limit stood, and the graph had other nodes.</summary>
    internal bool WaivesLimited => Interventions.Any(granted => granted.Kind == InterventionKind.Waiver
        && Pathway.Components.SelectMany(component => component.Conditions).SelectMany(PathwayGraph.LimitedTargetsOf).Contains(granted.ComponentId));

    /// <summary>What each node of the graph stands for.</summary>
    internal Place PlaceOf(int node) => _places[node];

    /// <summary>The achievement that completing a destination component awards; null when none.</summary>
    public string? AwardOf(string componentId) => _awards.GetValueOrDefault(componentId);

    /// <summary>The same version, as it stands for a learner with exceptions. Those that are granted come again and again, and are kept.</summary>
    public CompiledPathway With(IEnumerable<Intervention> interventions)
    {
        var ordered = InOrder(interventions);
        if (ordered.Count == 0 && Interventions.Count == 0)
            return this;
        if (_variants.Count >= MostVariants)
            _variants.Clear();
        return _variants.GetOrAdd(CanonicalJson.Sha256(ordered), _ => PathwayCompiler.Compile(this, ordered));
    }

    /// <summary>The same with exceptions that somebody only supposes: nothing of it is kept.</summary>
    public CompiledPathway Supposing(IEnumerable<Intervention> interventions)
    {
        var ordered = InOrder(interventions);
        return ordered.Count == 0 && Interventions.Count == 0 ? this : PathwayCompiler.Compile(this, ordered);
    }

    private static List<Intervention> InOrder(IEnumerable<Intervention> interventions) => [.. interventions.OrderBy(granted => granted.Id, StringComparer.Ordinal)];

    /// <summary>Whether the evidence can make a difference in this pathway, now or later.</summary>
    public bool Concerns(Evidence evidence) => Eligible(evidence, Circumstances.Any).Count > 0 || PrerequisitesNamedBy(evidence).Any();

    /// <summary>Ages in months at which some evidence stops counting.</summary>
    public IEnumerable<int> RecencyMonths => (Settings.Rules ?? []).Select(rule => rule.Months).OfType<int>().Distinct();

    /// <summary>One credential per achievement: further instances add to what it is eligible for, never to how often it counts.</summary>
    /// <param name="instant">When: some evidence counts only for so long.</param>
    internal IReadOnlyList<(Credential Credential, Evidence Evidence)> Credentials(IReadOnlyCollection<Evidence> evidence, DateTimeOffset instant)
    {
        evidence = [.. evidence.Where(item => item.CountsAt(instant))];
        var circumstances = new Circumstances(instant, HeldComponents(evidence));
        var inOrder = Preferences.Order(evidence, Settings.Rules).Select((item, rank) => (item.Id, rank)).ToDictionary(item => item.Id, item => item.rank);
        return [.. evidence
            .GroupBy(item => item.AchievementId)
            .Select(instances => AsCredential([.. instances.OrderByDescending(item => item.Credits ?? 0).ThenBy(item => item.AwardedAt).ThenBy(item => item.Id, StringComparer.Ordinal)], circumstances))
            .Select(pair => (pair.Credential with { Preference = Math.Min(inOrder[pair.Evidence.Id], Credential.LeastPreferred) }, pair.Evidence))
            .OrderBy(pair => pair.Item1.Preference).ThenBy(pair => pair.Item1.Id, StringComparer.Ordinal)];
    }

    /// <param name="kept">The uses of the last published decision: they stay as they are unless a change helps.</param>
    internal Evaluation Evaluate(IReadOnlyList<(Credential Credential, Evidence Evidence)> held, DateTimeOffset instant, IReadOnlyList<EvidenceUse>? kept = null)
        => Evaluator.Evaluate(Graph, [.. held.Select(pair => pair.Credential)], new Question(At: instant, Published: kept is null ? null : UsesOf(kept, held)));

    /// <summary>A decision names a component; the places of the component that the evidence may fill are what it was used for.</summary>
    private List<Use> UsesOf(IReadOnlyList<EvidenceUse> uses, IReadOnlyList<(Credential Credential, Evidence Evidence)> held)
    {
        var byEvidence = held.Select((pair, index) => (pair.Evidence.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        var known = new List<Use>();
        foreach (var use in uses)
        {
            if (!byEvidence.TryGetValue(use.EvidenceId, out var credential))
                continue;
            foreach (var eligible in held[credential].Credential.Eligible)
            {
                if ((_places[eligible.Leaf].OwnerId ?? Pathway.Id) == use.ComponentId)
                    known.Add(new(eligible.Leaf, credential));
            }
        }

        return known;
    }

    private HashSet<string> HeldComponents(IEnumerable<Evidence> evidence)
    {
        if (_prerequisites.Count == 0)
            return [];
        var named = evidence.SelectMany(PrerequisitesNamedBy);
        var waived = Interventions.Where(granted => granted.Kind == InterventionKind.Waiver).Select(granted => granted.ComponentId);
        var substituted = Interventions.Where(granted => granted.Kind == InterventionKind.Substitution && evidence.Any(item => item.Id == granted.EvidenceId)).Select(granted => granted.ComponentId);
        return [.. named, .. waived, .. substituted];
    }

    private IEnumerable<string> PrerequisitesNamedBy(Evidence evidence)
        => _prerequisites.Count == 0 ? [] : NamesOf(evidence).SelectMany(name => _prerequisites.GetValueOrDefault(Identifier.Normalize(name)) ?? []);

    private (Credential Credential, Evidence Evidence) AsCredential(IReadOnlyList<Evidence> instances, Circumstances circumstances)
    {
        var byInstance = instances.Select(item => Eligible(item, circumstances)).ToList();
        var merged = byInstance.SelectMany(eligible => eligible)
            .GroupBy(eligible => eligible.Leaf)
            .Select(leaf => new Eligibility(leaf.Key, leaf.Any(eligible => eligible.Certain)))
            .OrderBy(eligible => eligible.Leaf)
            .ToList();
        // The instance that stands for the achievement is the one that proves most.
        var best = Enumerable.Range(0, instances.Count).MaxBy(index => (byInstance[index].Count(eligible => eligible.Certain), IsInUnit(instances[index])));
        // What one instance leaves open, another may state.
        var certain = Most(instances.Where(IsInUnit));
        var possible = Rational.Max(certain, Most(instances.Where(item => item.CreditUnit is null)));
        return (new(instances[best].Id, certain, merged, possible, RuleCompiler.FactsOf(instances[best], Settings.Rules, circumstances.Instant)), instances[best]);
    }

    private static Rational Most(IEnumerable<Evidence> instances) => Rational.From(instances.Max(item => item.Credits) ?? 0);

    /// <summary>Minima count credits of one unit; without minima, each sum's own constraints look at the unit.</summary>
    private bool IsInUnit(Evidence evidence) => _unit is null || _unit == evidence.CreditUnit;

    private static IEnumerable<string> NamesOf(Evidence evidence) => evidence.Identifiers.Append(evidence.AchievementId).Concat(evidence.Competencies ?? []);

    private int[] LeavesOf(string name) => _leavesByIdentifier.GetValueOrDefault(Identifier.Normalize(name)) ?? [];

    private List<Eligibility> Eligible(Evidence evidence, Circumstances circumstances)
    {
        var locked = Components(InterventionKind.Lock, evidence).ToList();
        var substitutes = Components(InterventionKind.Substitution, evidence).Concat(locked).ToHashSet();
        var forced = Components(InterventionKind.ForcedUse, evidence).Concat(locked).ToHashSet();
        var forbidden = Components(InterventionKind.ForbiddenUse, evidence).ToHashSet();
        var eligible = new List<Eligibility>();
        var leaves = NamesOf(evidence).Concat(substitutes).SelectMany(LeavesOf).Concat(_openLeaves).Distinct();
        foreach (var leaf in leaves)
        {
            var place = _places[leaf];
            var component = place.ComponentId ?? place.OwnerId ?? "";
            if (AwardOf(component) == evidence.AchievementId || forbidden.Contains(component) || (forced.Count > 0 && !forced.Contains(component)))
                continue;
            var verdict = substitutes.Contains(component) ? Verdict.Satisfied : place.Judge(evidence, circumstances);
            if (verdict != Verdict.NotSatisfied)
                eligible.Add(new(leaf, verdict == Verdict.Satisfied));
        }

        return eligible;
    }

    private IEnumerable<string> Components(InterventionKind kind, Evidence evidence)
        => Interventions.Where(granted => granted.Kind == kind && granted.EvidenceId == evidence.Id).Select(granted => granted.ComponentId);
}
