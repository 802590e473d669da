using System.Collections.Immutable;
using System.Text.Json;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Mapping;

/// <summary>One rule: what a statement must be for the outcome to follow. What is null is not asked.</summary>
/// <param name="Success">The <c>result.success</c> that contradicts the outcome; with it the rule does not apply.</param>
/// <param name="Completion">The <c>result.completion</c> that contradicts the outcome.</param>
/// <param name="MinScaledScore">With a lower scaled score, or none, the rule does not apply.</param>
public sealed record MappingRule(
    string VerbId, string Outcome, string? ActivityType = null, bool? Success = null, bool? Completion = null, bool NeedsScore = false, decimal? MinScaledScore = null);

/// <summary>The rules of a tenant at a version. The first that applies decides; a statement that none applies to is no achievement.</summary>
public sealed record MappingRules(string Version, ImmutableArray<MappingRule> Rules)
{
    private const string Adl = "http://adlnet.gov/expapi/verbs/";

    /// <summary>What holds until a tenant says otherwise: ADL's verbs, and our own for what was attested by hand.</summary>
    public static MappingRules Default { get; } = new("default-1",
    [
        new(Adl + "mastered", Outcomes.Mastered, Success: false),
        new(Adl + "passed", Outcomes.Passed, Success: false),
        new(Adl + "failed", Outcomes.Failed, Success: true),
        new(Adl + "completed", Outcomes.Completed, Completion: false),
        new(Adl + "scored", Outcomes.Scored, NeedsScore: true),
        new("https://pathways.example/xapi/verbs/attested", Outcomes.Attested),
    ]);

    /// <summary>What a valid statement achieved; null when nothing, or when it is not an identified person's and an activity's.</summary>
    public Achievement? Derive(JsonElement statement, DateTimeOffset stored)
    {
        var activity = statement.GetProperty("object");
        if (!ObjectRules.IsActivity(activity) || ActorRules.TypeOf(statement.GetProperty("actor")) == "Group") return null;
        string verb = statement.GetProperty("verb").GetProperty("id").GetString()!;
        string? type = activity.TryGetProperty("definition", out var definition) && definition.TryGetProperty("type", out var iri) ? iri.GetString() : null;
        var result = statement.TryGetProperty("result", out var given) ? given : default;
        decimal? scaled = Scaled(result);

        foreach (var rule in Rules)
        {
            if (rule.VerbId != verb || (rule.ActivityType is { } wanted && wanted != type)) continue;
            if (Says(result, "success", rule.Success) || Says(result, "completion", rule.Completion) || (rule.NeedsScore && scaled is null)) continue;
            if (rule.MinScaledScore is { } least && !(scaled >= least)) continue;
            return new Achievement(rule.Outcome, activity.GetProperty("id").GetString()!, type, scaled, OccurredAt(statement, stored), Version);
        }
        return null;
    }

    private static bool Says(JsonElement result, string member, bool? value)
        => value is { } flag && result.ValueKind == JsonValueKind.Object && result.TryGetProperty(member, out var said) && said.GetBoolean() == flag;

    private static decimal? Scaled(JsonElement result)
        => result.ValueKind == JsonValueKind.Object && result.TryGetProperty("score", out var score) && score.TryGetProperty("scaled", out var scaled)
            ? scaled.GetDecimal()
            : null;

    private static DateTimeOffset OccurredAt(JsonElement statement, DateTimeOffset stored)
        => statement.TryGetProperty("timestamp", out var text) && XapiTimestamp.TryParse(text.GetString()!, out var instant) ? instant : stored;
}

/// <summary>What follows from a statement by the rules of a version.</summary>
public sealed record Achievement(string Outcome, string ActivityId, string? ActivityType, decimal? ScaledScore, DateTimeOffset OccurredAt, string MappingVersion);

public static class Outcomes
{
    public const string Completed = "completed";
    public const string Passed = "passed";
    public const string Failed = "failed";
    public const string Mastered = "mastered";
    public const string Scored = "scored";
    public const string Attested = "attested";

    public static IReadOnlyList<string> All { get; } = [Completed, Passed, Failed, Mastered, Scored, Attested];
}
