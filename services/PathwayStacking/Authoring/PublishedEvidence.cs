using System.Globalization;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>Evidence in JSON-LD as others publish it.</summary>
internal sealed class PublishedEvidence(IEnumerable<JsonValue> documents)
{
    private readonly List<CtdlNode> _nodes = [.. documents.SelectMany(Nodes)];

    public Result<HeldByLearner> Read(string? learner)
    {
        var badges = _nodes.Where(node => node.Types.Any(type => type is "OpenBadgeCredential" or "AchievementCredential")).Select(Badge).ToList();
        var people = _nodes.Where(node => node.Id is not null && node.Has("achievement")).ToList();
        if (badges.Count == 0 && people.Count == 0)
            return Rejection.Invalid("evidence-not-found", "The files hold neither a list of evidence nor credentials nor learners with achievements.", "Give a YAML list with \"evidence\".", "line 1, column 1");
        if (people.Count > 0 && learner is null && people.Count > 1)
            return Rejection.Invalid("learner-ambiguous", $"The files tell of {people.Count} learners: {string.Join(", ", people.Select(person => person.Id))}.", "Name one with --learner.", people[0].Place);
        var person = people.Find(found => learner is null || found.Id == learner);
        if (person is null && people.Count > 0)
            return Rejection.Invalid("learner-not-found", $"The files do not tell of \"{learner}\".", $"Known: {string.Join(", ", people.Select(found => found.Id))}.", people[0].Place);
        var byId = _nodes.Where(node => node.Id is not null).DistinctBy(node => node.Id).ToDictionary(node => node.Id!);
        var achieved = person?.Texts("achievement").Select(id => Achieved(id, byId)) ?? [];
        return new HeldByLearner(learner ?? person?.Id ?? "learner", [.. badges, .. achieved], [], null);
    }

    /// <summary>An achievement by its IRI, with what a course of that IRI says about itself.</summary>
    private static Evidence Achieved(string id, Dictionary<string, CtdlNode> byId)
    {
        var course = byId.GetValueOrDefault(id);
        var written = course?.Values("creditValue").FirstOrDefault();
        var profile = written is null ? null : CtdlNode.Scalar(written) is { } reference ? byId.GetValueOrDefault(reference) : new CtdlNode(written);
        var code = course?.FirstText("codedNotation");
        return new(
            id, EvidenceKind.Credential, id, code is null ? [] : [code], course?.HumanText("name") ?? id, null, Number(profile?.FirstText("value")), profile?.FirstText("creditUnitType"),
            profile?.FirstText("creditLevelType"), null, null, DateTimeOffset.UnixEpoch);
    }

    /// <summary>Open Badges 3.0 states credits without a unit: the unit is unknown.</summary>
    private static Evidence Badge(CtdlNode badge)
    {
        var subject = Inner(badge, "credentialSubject");
        var achievement = subject is null ? null : Inner(subject, "achievement");
        var id = achievement?.Id ?? badge.Id ?? "achievement";
        var identifiers = achievement is null ? [] : Named(achievement, "alignment", "targetUrl").Concat(Named(achievement, "otherIdentifier", "identifier"));
        return new(
            badge.Id ?? id, EvidenceKind.Credential, id, [.. identifiers.Distinct()], achievement?.HumanText("name") ?? badge.HumanText("name"), Inner(badge, "issuer")?.Id ?? badge.FirstText("issuer"),
            Number(subject?.FirstText("creditsEarned") ?? achievement?.FirstText("creditsAvailable")), null, null, subject is null ? null : Inner(subject, "result")?.FirstText("value"), null,
            Date(badge.FirstText("validFrom", "awardedDate", "issuanceDate")) ?? DateTimeOffset.UnixEpoch, Date(badge.FirstText("validUntil", "expirationDate")));
    }

    private static IEnumerable<string> Named(CtdlNode node, string property, string name)
        => node.Values(property).Where(value => value.Kind == JsonKind.Object).Select(value => new CtdlNode(value).FirstText(name)).OfType<string>();

    private static CtdlNode? Inner(CtdlNode node, string property) => node.Values(property).FirstOrDefault(value => value.Kind == JsonKind.Object) is { } value ? new(value) : null;

    private static decimal? Number(string? text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Date(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static IEnumerable<CtdlNode> Nodes(JsonValue value)
    {
        if (value.Kind == JsonKind.Array)
            return value.Items.SelectMany(Nodes);
        if (value.Kind != JsonKind.Object)
            return [];
        var node = new CtdlNode(value);
        return node.Has("graph") ? node.Values("graph").SelectMany(Nodes) : [node];
    }
}
