using System.Collections.Immutable;
using System.Globalization;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Mapping;

/// <summary>An institution has its own rules from now on; what was recorded by earlier ones stays, with their version.</summary>
public sealed record MappingRulesSet(int Version, ImmutableArray<MappingRule> Rules);

/// <summary>The rules of one institution through time, version by version. Without any the default ones hold.</summary>
public static class TenantMapping
{
    public const string Stream = "mapping-rules";

    private const int Most = 200;

    public static Decider<MappingRulesSet> Decider { get; } = new(new MappingRulesSet(0, MappingRules.Default.Rules), (_, @event) => (MappingRulesSet)@event);

    public static MappingRules RulesOf(MappingRulesSet set)
        => set.Version == 0 ? MappingRules.Default : new MappingRules(string.Create(CultureInfo.InvariantCulture, $"own-{set.Version}"), set.Rules);

    public static Decision Set(MappingRulesSet current, ImmutableArray<MappingRule> rules)
    {
        if (rules.Length > Most) return Invalid($"There are {rules.Length} rules; at most {Most} are taken.", "");
        for (int i = 0; i < rules.Length; i++)
        {
            if (Breach(rules[i]) is var (message, member)) return Invalid($"Rule {i}: {message}", $"/{i}/{member}");
        }
        return current.Rules.SequenceEqual(rules) ? Decision.Nothing : Decision.Accept(new MappingRulesSet(current.Version + 1, rules));
    }

    private static (string Message, string Member)? Breach(MappingRule rule)
    {
        if (!Iri.IsValid(rule.VerbId)) return ("the verb must be an IRI.", "verbId");
        if (!Outcomes.All.Contains(rule.Outcome)) return ($"the outcome must be one of {string.Join(", ", Outcomes.All)}.", "outcome");
        if (rule.ActivityType is { } type && !Iri.IsValid(type)) return ("the activity type must be an IRI.", "activityType");
        if (rule.MinScaledScore is < -1 or > 1) return ("a scaled score is between -1 and 1.", "minScaledScore");
        return null;
    }

    private static Rejection Invalid(string message, string place) => Rejection.Invalid("mapping-invalid", message, "Correct the rules at this place; GET /learning-record/mapping-rules shows how they are written.", $"/rules{place}");
}
