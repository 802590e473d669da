using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Achievements;

/// <summary>What Open Badges 3.0 and our rules ask of a definition. The published JSON Schema enforces less.</summary>
internal static class AchievementChecks
{
    public static Rejection? Find(AchievementDefinition definition)
        => Text(definition) ?? Numbers(definition) ?? Links(definition) ?? Image(definition.Image) ?? Rule(definition.Rule);

    private static Rejection? Text(AchievementDefinition definition)
    {
        if (string.IsNullOrWhiteSpace(definition.Name))
            return Rejection.Invalid("achievement-name-missing", "An achievement needs a name.", "Give it a name.", "/name");
        if (string.IsNullOrWhiteSpace(definition.Description))
            return Rejection.Invalid("achievement-description-missing", "An achievement needs a description.", "Give it a description.", "/description");
        if (string.IsNullOrWhiteSpace(definition.Criteria))
            return Rejection.Invalid("achievement-criteria-missing", "Say what a learner has to do.", "Give the criteria's narrative or address.", "/criteria");
        return AchievementTypes.IsKnown(definition.AchievementType)
            ? null
            : Rejection.Invalid("achievement-type-unknown", $"'{definition.AchievementType}' is not an achievement type of Open Badges 3.0.",
                "Use one of its names, or your own as ext:Name.", "/achievementType");
    }

    private static Rejection? Numbers(AchievementDefinition definition)
    {
        if (definition.Credit is { Amount: < 0 })
            return Rejection.Invalid("credit-negative", "Credit cannot be negative.", "Correct the amount, or leave the credit out.", "/credit/amount");
        // The range in which pathway-stacking takes credit: what is outside of it would be issued and count nowhere.
        if (definition.Credit is { Amount: var amount } && (amount > 100_000 || decimal.Round(amount, 6) != amount))
            return Rejection.Invalid("credit-out-of-range", $"{amount} credits: 0 to 100,000 are possible, with 6 decimals.", "Correct the amount, or leave the credit out.", "/credit/amount");
        if (definition.StatusPurpose is { } purpose && !StatusPurposes.IsKnown(purpose))
        {
            return Rejection.Invalid("status-purpose-unknown", $"'{purpose}' is not a purpose of a status list.",
                $"Use {StatusPurposes.Revocation} or {StatusPurposes.Suspension}.", "/statusPurpose");
        }

        return definition.ValidForDays is <= 0 or > 36_525
            ? Rejection.Invalid("validity-out-of-range", "A credential is valid for 1 to 36525 days.", "Correct the days, or leave them out: then it does not expire.", "/validForDays")
            : null;
    }

    private static Rejection? Links(AchievementDefinition definition)
    {
        var alignments = definition.Alignments ?? [];
        for (int i = 0; i < alignments.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(alignments[i].TargetName) || !Iri.IsAbsolute(alignments[i].TargetUrl))
            {
                return Rejection.Invalid("alignment-incomplete", "An alignment needs a target name and an absolute target URL.", "Give both.",
                    $"/alignments/{i}");
            }

            if (alignments[i].TargetType is { } type && !AlignmentTargetTypes.IsKnown(type))
            {
                return Rejection.Invalid("alignment-type-unknown", $"'{type}' is not a target type of Open Badges 3.0.",
                    "Use one of its names, or your own as ext:Name.", $"/alignments/{i}/targetType");
            }
        }

        var identifiers = definition.Identifiers ?? [];
        for (int i = 0; i < identifiers.Count; i++)
        {
            if (string.IsNullOrWhiteSpace(identifiers[i]))
                return Rejection.Invalid("identifier-empty", "An identifier cannot be empty.", "Leave it out, or give it a value.", $"/identifiers/{i}");
        }

        return null;
    }

    /// <summary>Published with each version, and baked into: nothing of somebody else's site, and nothing heavy.</summary>
    private static Rejection? Image(string? image)
    {
        const int MaxCharacters = 96 * 1024;
        if (image is null) return null;
        if (image.Length > MaxCharacters)
            return Rejection.Invalid("image-too-large", "The image is larger than 72 KB.", "Send a smaller one.", "/image");
        return image.StartsWith("data:image/png;base64,", StringComparison.Ordinal) || image.StartsWith("data:image/svg+xml;base64,", StringComparison.Ordinal)
            ? null
            : Rejection.Invalid("image-form-unknown", "The image is not a PNG or an SVG in base64.",
                "Send it as data:image/png;base64,… or data:image/svg+xml;base64,….", "/image");
    }

    private static Rejection? Rule(AwardRule? rule)
    {
        if (rule is null) return null;
        if (rule.Stack)
        {
            return rule.ActivityId is null
                ? null
                : Rejection.Invalid("rule-ambiguous", "A rule is about a stack or about an activity, not both.", "Give one of the two.", "/rule");
        }

        if (!Iri.IsAbsolute(rule.ActivityId))
        {
            return Rejection.Invalid("rule-activity-invalid", "A rule about results needs the activity's absolute IRI.",
                "Use the id that the statements name as their object.", "/rule/activityId");
        }

        var outcomes = rule.Outcomes ?? [];
        if (outcomes.Count == 0)
            return Rejection.Invalid("rule-outcomes-missing", "A rule about results needs at least one outcome.", "Name them, for example passed.", "/rule/outcomes");
        for (int i = 0; i < outcomes.Count; i++)
        {
            if (!AwardRule.KnownOutcomes.Contains(outcomes[i]))
            {
                return Rejection.Invalid("rule-outcome-unknown", $"'{outcomes[i]}' is not an outcome.",
                    $"Use one of: {string.Join(", ", AwardRule.KnownOutcomes)}.", $"/rule/outcomes/{i}");
            }
        }

        return rule.MinScaledScore is < -1 or > 1
            ? Rejection.Invalid("rule-score-out-of-range", "A scaled score is between -1 and 1.", "Correct the score, or leave it out.", "/rule/minScaledScore")
            : null;
    }
}
