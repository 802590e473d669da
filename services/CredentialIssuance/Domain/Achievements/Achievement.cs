using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Achievements;

/// <summary>An achievement over all its versions: at most one draft, and what was published.</summary>
public sealed partial record Achievement(AchievementDefinition? Draft, ImmutableArray<AchievementDefinition> Versions)
{
    public static readonly Decider<Achievement> Decider = new(new Achievement(Draft: null, []), Evolve);

    public int Version => Versions.Length;

    public bool Exists => Draft is not null || Version > 0;

    /// <summary>What is awarded now; null before the first publication.</summary>
    public AchievementDefinition? Published => Version == 0 ? null : Versions[^1];

    public static string StreamOf(string id) => $"achievement-{id}";

    /// <summary>Writes the draft of the next version.</summary>
    public static Decision Define(Achievement achievement, string id, AchievementDefinition definition, DateTimeOffset now)
    {
        if (!IdPattern().IsMatch(id))
        {
            return Rejection.Invalid("achievement-id-invalid", $"'{id}' cannot be an achievement's id.",
                "Use up to 100 lower-case letters, digits and hyphens.");
        }

        if (AchievementChecks.Find(definition) is { } flaw) return flaw;
        return SameDefinition(achievement.Draft ?? achievement.Published, definition)
            ? Decision.Nothing
            : Decision.Accept(new AchievementDefined(definition, now));
    }

    /// <summary>Makes the draft the version that is awarded. Earlier awards keep theirs.</summary>
    public static Decision Publish(Achievement achievement, Issuer issuer, DateTimeOffset now)
    {
        if (!issuer.IsRegistered) return Issuer.NotRegistered;
        if (!achievement.Exists) return Rejection.NotFound("achievement-unknown", "There is no such achievement.", "Define it first.");
        return achievement.Draft is { } draft
            ? Decision.Accept(new AchievementPublished(achievement.Version + 1, draft, now))
            : Decision.Nothing;
    }

    private static Achievement Evolve(Achievement achievement, object @event) => @event switch
    {
        AchievementDefined e => achievement with { Draft = e.Definition },
        AchievementPublished e => new Achievement(Draft: null, achievement.Versions.Add(e.Definition)),
        _ => throw new UnexpectedEventException(@event),
    };

    // Records compare their lists by reference; what the registrar wrote is the same when its members are.
    private static bool SameDefinition(AchievementDefinition? one, AchievementDefinition other)
        => one is not null && one with { Alignments = null, Identifiers = null, Rule = null }
               == other with { Alignments = null, Identifiers = null, Rule = null }
           && (one.Alignments ?? []).SequenceEqual(other.Alignments ?? [])
           && (one.Identifiers ?? []).SequenceEqual(other.Identifiers ?? [])
           && SameRule(one.Rule, other.Rule);

    private static bool SameRule(AwardRule? one, AwardRule? other)
        => one is null || other is null
            ? one == other
            : one with { Outcomes = null } == other with { Outcomes = null }
              && (one.Outcomes ?? []).SequenceEqual(other.Outcomes ?? []);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,99}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex IdPattern();
}
