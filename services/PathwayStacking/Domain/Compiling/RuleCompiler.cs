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
    private readonly IReadOnlyList<PathwayRule> _overlooked = [.. Overlapping(pathway, settings.Rules ?? []).Select(overlap => overlap.Rule).Distinct()];

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

    /// <summary>Rules that another one stands in the way of: what can't be judged is unknown, never overlooked. No version with such rules is published any more.</summary>
    public IEnumerable<PathwayRule> Unjudged => settings.UseOnce == true ? [] : _overlooked;

    /// <summary>Where the leaves below a component belong to a domain: they use evidence so often between them, or share so much with another.</summary>
    public IReadOnlyDictionary<string, string> Domains => settings.UseOnce == true
        ? pathway.Destinations.Distinct().ToDictionary(id => id, _ => "once")
        : DomainsOf(_rules.Except(_overlooked)).SelectMany(domain => domain.Of.Select(id => (id, domain.Name))).DistinctBy(pair => pair.id).ToDictionary(pair => pair.id, pair => pair.Name);

    /// <summary>How often the leaves of a domain use evidence, and what two domains may share. What counts once in the whole pathway is shared by nobody.</summary>
    public Rules BetweenLeaves
    {
        get
        {
            if (settings.UseOnce == true)
                return Rules.None;
            var rules = _rules.Except(_overlooked).ToList();
            var limited = rules.Where(rule => rule.Kind == RuleKind.UseLimit).Select(rule => new Exclusivity(DomainOfLimit(rule), rule.Count!.Value));
            var shared = rules.Where(rule => rule.Kind == RuleKind.SharingCap).SelectMany(rule => rule.Of!).Distinct().Select(id => new Exclusivity(DomainOfCap(id), int.MaxValue));
            var caps = rules.Where(rule => rule.Kind == RuleKind.SharingCap).Select((rule, index) =>
                new SharingCap($"cap {index}", DomainOfCap(rule.Of![0]), DomainOfCap(rule.Of[1]), rule.Count, rule.Credits is { } credits ? Rational.From(credits) : null));
            return new([.. limited, .. shared], [.. caps]);
        }
    }

    /// <summary>Conditions on everything that is used for a component.</summary>
    public IEnumerable<PathwayRule> TalliesOf(string componentId)
        => _rules.Where(rule => rule.Kind is RuleKind.CreditMinimum or RuleKind.Residency or RuleKind.GradeAverage && rule.Of!.Contains(componentId));

    public static Requirement Tally(PathwayRule rule, string key, Requirement child) => rule.Kind == RuleKind.GradeAverage
        ? new MinimumAverage(key, Rational.From(rule.Average!.Value), child)
        : new MinimumCredits(key, Rational.From(rule.Credits!.Value), child, ClassOf(rule));

    /// <summary>What the engine looks at: dates, grade points, and the class of each rule that the evidence belongs to, or may.</summary>
    /// <param name="instant">A clock that is a little ahead does not make evidence early.</param>
    public static Facts FactsOf(Evidence evidence, IReadOnlyList<PathwayRule>? rules, DateTimeOffset? instant)
    {
        var tallies = (rules ?? []).Where(rule => rule.Kind is RuleKind.CreditMinimum or RuleKind.Residency).Select(rule => (Class: ClassOf(rule), Verdict: Belongs(evidence, rule))).ToList();
        var awarded = evidence.CountsFrom() <= instant && evidence.AwardedAt > instant ? instant : evidence.AwardedAt;
        var points = ConstraintJudge.Points(evidence.Grade) is { } grade and >= 0 ? Rational.From(grade) : (Rational?)null;
        return new(
            points,
            Awarded: awarded,
            ValidUntil: evidence.ValidUntil,
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

    /// <summary>Rules of which one stands inside the other: a place can belong to one domain only. Between the parts of a cap that count often the engine has no answer.</summary>
    public static IEnumerable<(string ComponentId, PathwayRule Rule, PathwayRule Other)> Overlapping(Pathway pathway, IReadOnlyList<PathwayRule> rules)
    {
        var components = pathway.Components.DistinctBy(component => component.Id).ToDictionary(component => component.Id);
        var domains = DomainsOf(rules).ToList();
        foreach (var (index, later) in domains.Index())
        {
            var below = PathwayGraph.Closure(later.Of, components).Select(component => component.Id).ToHashSet();
            foreach (var earlier in domains.Take(index).Where(earlier => earlier.Name != later.Name))
            {
                var belowEarlier = PathwayGraph.Closure(earlier.Of, components).Select(component => component.Id).ToHashSet();
                var place = earlier.Of.FirstOrDefault(below.Contains) ?? later.Of.FirstOrDefault(belowEarlier.Contains);
                if (place is not null)
                    yield return (place, later.Rule, earlier.Rule);
            }
        }
    }

    /// <summary>A use limit makes one domain of its components, a sharing cap one of each.</summary>
    private static IEnumerable<(string Name, IReadOnlyList<string> Of, PathwayRule Rule)> DomainsOf(IEnumerable<PathwayRule> rules) => rules.SelectMany(rule => rule.Kind switch
    {
        RuleKind.UseLimit => [(DomainOfLimit(rule), rule.Of!, rule)],
        RuleKind.SharingCap => rule.Of!.Select(id => (DomainOfCap(id), (IReadOnlyList<string>)[id], rule)),
        _ => Enumerable.Empty<(string, IReadOnlyList<string>, PathwayRule)>(),
    });

    private static string DomainOfLimit(PathwayRule rule) => $"limit {rule.Name} {string.Join(' ', rule.Of!)}";

    private static string DomainOfCap(string componentId) => $"shared {componentId}";

    private static string ClassOf(PathwayRule rule)
        => $"{rule.Unit}|{rule.Level}|{rule.Area}|{string.Join(",", (rule.Issuers ?? []).Order(StringComparer.Ordinal))}";
}
