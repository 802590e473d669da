using Pathways.Kernel.Credit;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>From the rules that CTDL lacks to what the engine judges: filters of evidence, names that stand for each other, conditions on what is used.</summary>
internal sealed class RuleCompiler(Pathway pathway, PathwaySettings settings)
{
    private readonly IReadOnlyList<PathwayRule> _rules = settings.Rules ?? [];
    private readonly ILookup<string, PathwayRule> _limits = Limits(pathway, settings.Rules ?? []);
    private readonly Dictionary<string, string> _domains = Domains(pathway, settings.Rules ?? []);

    /// <summary>Rules about each piece of evidence for a component.</summary>
    public IReadOnlyList<PathwayRule>? LimitsOf(string componentId) => _limits[componentId].ToList() is { Count: > 0 } limits ? limits : null;

    /// <summary>Ids of components that are a prerequisite, by each name that evidence may have for them: they need not be part of what a goal requires.</summary>
    public IEnumerable<IGrouping<string, string>> PrerequisitesByName()
    {
        var needed = _rules.Where(rule => rule.Kind == RuleKind.Prerequisite).SelectMany(rule => rule.Items!).ToHashSet();
        return pathway.Components.Where(component => needed.Contains(component.Id))
            .SelectMany(component => WithSubstitutes(NamesOf(component)).Select(name => (name, component.Id)))
            .GroupBy(pair => pair.name, pair => pair.Id);
    }

    /// <summary>What evidence may call a component.</summary>
    public static IReadOnlyList<string> NamesOf(Component component)
        => [.. ((string?[])[component.Id, component.Ctid, component.CodedNotation, .. component.ProxyFor]).OfType<string>().Select(Identifier.Normalize).Distinct()];

    /// <summary>With every name that stands for one of these.</summary>
    public IReadOnlyList<string> WithSubstitutes(IReadOnlyList<string> identifiers)
    {
        var names = identifiers.ToList();
        foreach (var members in _rules.Where(rule => rule.Kind == RuleKind.Substitution).Select(rule => rule.Items!.Select(Identifier.Normalize).ToList()))
        {
            if (members.Exists(identifiers.Contains))
                names.AddRange(members);
        }

        return [.. names.Distinct()];
    }

    /// <summary>Whether the engine at hand judges tallies and rules between leaves; otherwise somebody has to: what can't be judged is unknown, never overlooked.</summary>
    public static bool IsJudged { get; } = ProbeEngine();

    /// <summary>Rules between components that need attestation.</summary>
    public IEnumerable<PathwayRule> Unjudged => _rules.Where(rule => !IsJudged && (rule.Kind == RuleKind.SharingCap || rule is { Kind: RuleKind.UseLimit, Count: not 1 }));

    /// <summary>How often the leaves of a domain use evidence, and what two domains may share.</summary>
    public Rules BetweenLeaves
    {
        get
        {
            if (!IsJudged || !_rules.Any(rule => rule.Kind is RuleKind.UseLimit or RuleKind.SharingCap))
                return Rules.None;
            var limited = _rules.Where(rule => rule.Kind == RuleKind.UseLimit).Select(rule => new Exclusivity(DomainOfLimit(rule), rule.Count!.Value));
            var shared = _rules.Where(rule => rule.Kind == RuleKind.SharingCap).SelectMany(rule => rule.Of!).Distinct().Where(id => DomainOf(id) == DomainOfCap(id)).Select(id => new Exclusivity(DomainOfCap(id), int.MaxValue));
            var caps = _rules.Where(rule => rule.Kind == RuleKind.SharingCap).Select((rule, index) =>
                new SharingCap($"cap {index}", DomainOf(rule.Of![0])!, DomainOf(rule.Of[1])!, rule.Count, rule.Credits is { } credits ? Rational.From(credits) : null));
            return new([.. limited, .. shared], [.. caps]);
        }
    }

    /// <summary>The domain whose leaves use evidence so often; null where evidence is shared freely.</summary>
    public string? DomainOf(string componentId)
    {
        if (settings.UseOnce == true)
            return "once";
        return _domains.GetValueOrDefault(componentId);
    }

    /// <summary>Conditions on everything that is used for a component.</summary>
    public IEnumerable<PathwayRule> TalliesOf(string componentId)
        => _rules.Where(rule => rule.Kind is RuleKind.CreditMinimum or RuleKind.Residency or RuleKind.GradeAverage && rule.Of!.Contains(componentId));

    public static Requirement Tally(PathwayRule rule, string key, Requirement child) => rule.Kind == RuleKind.GradeAverage
        ? new MinimumAverage(key, Rational.From(rule.Average!.Value), child)
        : new MinimumCredits(key, Rational.From(rule.Credits!.Value), child, ClassOf(rule));

    /// <summary>What tallies look at: grade points, and the class of each rule that the evidence belongs to, or may.</summary>
    public static Facts? FactsOf(Evidence evidence, IReadOnlyList<PathwayRule>? rules)
    {
        var tallies = (rules ?? []).Where(rule => rule.Kind is RuleKind.CreditMinimum or RuleKind.Residency).Select(rule => (Class: ClassOf(rule), Verdict: Belongs(evidence, rule))).ToList();
        if (tallies.Count == 0 && rules?.Any(rule => rule.Kind == RuleKind.GradeAverage) != true)
            return null;
        var points = ConstraintJudge.Points(evidence.Grade) is { } grade and >= 0 ? Rational.From(grade) : (Rational?)null;
        return new(
            points,
            Classes: [.. tallies.Where(tally => tally.Verdict == Verdict.Satisfied).Select(tally => tally.Class).Distinct()],
            PossibleClasses: [.. tallies.Where(tally => tally.Verdict == Verdict.Unknown).Select(tally => tally.Class).Distinct()]);
    }

    public static string Describe(PathwayRule rule)
    {
        var limits = new List<string>();
        if (rule.Level is { } level)
            limits.Add($"at {CtdlTerms.LocalName(level)}");
        if (rule.Area is { } area)
            limits.Add($"in {area}");
        if (rule.Issuers is { } issuers)
            limits.Add($"from {string.Join(" or ", issuers)}");
        var about = string.Concat(limits.Select(limit => " " + limit));
        var text = rule.Kind switch
        {
            RuleKind.CreditMinimum or RuleKind.Residency => $"{rule.Credits:0.######} credits of {CtdlTerms.LocalName(rule.Unit!)}{about}",
            RuleKind.GradeAverage => $"a grade average of {rule.Average:0.######}",
            RuleKind.GradeMinimum => $"grade {rule.Grade} or better",
            RuleKind.Recency => $"not older than {rule.Months} months",
            RuleKind.UseLimit => $"each piece of evidence counts at most {rule.Count} times",
            RuleKind.SharingCap => rule.Count is { } count ? $"at most {count} pieces of evidence in common" : $"at most {rule.Credits:0.######} credits in common",
            RuleKind.Prerequisite => $"only after {string.Join(", ", rule.Items!)}",
            RuleKind.Substitution => $"{string.Join(", ", rule.Items!)} stand for each other",
            _ => $"prefers {string.Join(", then ", rule.Items ?? [])}",
        };
        return rule.Name is { } name ? $"{name}: {text}" : text;
    }

    /// <summary>Whether a piece of evidence is of the kind that a rule counts. What it does not state is unknown.</summary>
    internal static Verdict Belongs(Evidence evidence, PathwayRule rule)
    {
        var verdict = Is(evidence.CreditUnit, rule.Unit, unit => unit == rule.Unit);
        verdict = Least(verdict, Is(evidence.Level, rule.Level, level => CtdlTerms.LocalName(level) == CtdlTerms.LocalName(rule.Level!)));
        verdict = Least(verdict, Is(evidence.Issuer, rule.Issuers, issuer => rule.Issuers!.Contains(issuer)));
        return Least(verdict, Is(evidence.Areas, rule.Area, areas => areas.Any(area => area.StartsWith(rule.Area!, StringComparison.Ordinal))));
    }

    private static Verdict Least(Verdict left, Verdict right) => left < right ? left : right;

    private static Verdict Is<T>(T? stated, object? asked, Func<T, bool> holds)
        where T : class
        => asked is null ? Verdict.Satisfied : stated is null ? Verdict.Unknown : holds(stated) ? Verdict.Satisfied : Verdict.NotSatisfied;

    /// <summary>Everything below the components that a rule is about.</summary>
    private static ILookup<string, PathwayRule> Limits(Pathway pathway, IReadOnlyList<PathwayRule> rules)
    {
        var components = pathway.Components.ToDictionary(component => component.Id);
        return rules.Where(rule => rule.Kind is RuleKind.Recency or RuleKind.GradeMinimum or RuleKind.Prerequisite)
            .SelectMany(rule => About(rule).Select(id => (id, rule)))
            .Distinct().ToLookup(pair => pair.id, pair => pair.rule);

        // A prerequisite is about the component itself, not about its parts.
        IEnumerable<string> About(PathwayRule rule)
            => rule.Kind == RuleKind.Prerequisite ? rule.Of! : PathwayGraph.Closure(rule.Of!, components).Select(component => component.Id);
    }

    /// <summary>The first rule that is about a component, or about what it is part of, counts.</summary>
    private static Dictionary<string, string> Domains(Pathway pathway, IReadOnlyList<PathwayRule> rules)
    {
        var components = pathway.Components.ToDictionary(component => component.Id);
        var domains = new Dictionary<string, string>();
        var limited = rules.Where(rule => rule.Kind == RuleKind.UseLimit && (IsJudged || rule.Count == 1)).Select(rule => (Domain: DomainOfLimit(rule), rule.Of));
        var capped = rules.Where(rule => rule.Kind == RuleKind.SharingCap && IsJudged).SelectMany(rule => rule.Of!).Select(id => (Domain: DomainOfCap(id), Of: (IReadOnlyList<string>?)[id]));
        foreach (var (domain, of) in limited.Concat(capped))
        {
            foreach (var component in PathwayGraph.Closure(of!, components))
                domains.TryAdd(component.Id, domain);
        }

        return domains;
    }

    private static string DomainOfLimit(PathwayRule rule) => $"limit {rule.Name} {string.Join(' ', rule.Of!)}";

    private static string DomainOfCap(string componentId) => $"shared {componentId}";

    private static bool ProbeEngine()
    {
        try
        {
            RequirementGraph.Compile(new MinimumCredits("probe", 1, new Leaf("leaf", 1), of: "class"));
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }

    private static string ClassOf(PathwayRule rule)
        => $"{rule.Unit}|{rule.Level}|{rule.Area}|{string.Join(",", (rule.Issuers ?? []).Order(StringComparer.Ordinal))}";
}
