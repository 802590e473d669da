using System.Collections.Immutable;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Recording;

/// <summary>How long statements are kept. What is null is not asked.</summary>
public sealed record RetentionRule(int Days, string? Verb = null, string? Activity = null);

/// <summary>An institution's rules from now on.</summary>
public sealed record RetentionRulesSet(ImmutableArray<RetentionRule> Rules);

public static class Retention
{
    public const string Stream = "retention-rules";

    private const int Most = 50;

    public static Decider<RetentionRulesSet> Decider { get; } = new(new RetentionRulesSet([]), (_, @event) => (RetentionRulesSet)@event);

    public static Decision Set(RetentionRulesSet current, ImmutableArray<RetentionRule> rules)
    {
        if (rules.Length > Most) return Rejection.Invalid("retention-invalid", $"At most {Most} rules are taken.", "Leave out what others say already.", "/rules");
        for (int i = 0; i < rules.Length; i++)
        {
            var rule = rules[i];
            if (rule.Days < 1) return Rejection.Invalid("retention-invalid", $"Rule {i}: statements are kept for at least a day.", "Correct the days.", $"/rules/{i}/days");
            if (rule.Verb is { } verb && !Iri.IsValid(verb)) return Rejection.Invalid("retention-invalid", $"Rule {i}: the verb must be an IRI.", "Give an absolute IRI with its scheme.", $"/rules/{i}/verb");
            if (rule.Activity is { } activity && !Iri.IsValid(activity)) return Rejection.Invalid("retention-invalid", $"Rule {i}: the activity must be an IRI.", "Give an absolute IRI with its scheme.", $"/rules/{i}/activity");
        }
        return current.Rules.SequenceEqual(rules) ? Decision.Nothing : Decision.Accept(new RetentionRulesSet(rules));
    }
}
