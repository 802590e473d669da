using System.Text.Json.Nodes;

namespace Pathways.Cli.Audit;

/// <summary>A stream of a service. Ids that an event's data name lead to the streams that hold the rule or the evidence.</summary>
internal sealed record StreamReference(string Service, string Stream)
{
    private static readonly (string Member, string Service, string Prefix)[] Named =
    [
        ("CredentialId", "credential-issuance", "credential-"),
        ("AchievementId", "credential-issuance", "achievement-"),
        ("StackId", "pathway-stacking", "stack-"),
        ("PathwayId", "pathway-stacking", "pathway-"),
        ("AgreementId", "transfer-recognition", "agreement-"),
        ("RequestId", "transfer-recognition", "recognition-"),
    ];

    /// <summary>What a person may mean by an id: the likeliest first.</summary>
    public static IEnumerable<StreamReference> Candidates(string id)
    {
        var last = LastSegment(id);
        yield return new StreamReference("pathway-stacking", With("stack-", last));
        yield return new StreamReference("credential-issuance", With("credential-", last));
        yield return new StreamReference("transfer-recognition", With("recognition-", last));
    }

    /// <summary>At any depth: a decision names its facts inside itself.</summary>
    public static IEnumerable<StreamReference> NamedBy(AuditedEvent recorded) => NamedIn(recorded.Data);

    private static IEnumerable<StreamReference> NamedIn(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => NamedAs(member.Key, member.Value).Concat(NamedIn(member.Value))),
        JsonArray items => items.SelectMany(NamedIn),
        _ => [],
    };

    private static IEnumerable<StreamReference> NamedAs(string member, JsonNode? value)
        => value is JsonValue text && text.TryGetValue(out string? id) && id.Length > 0
            ? Named.Where(named => named.Member == member).Select(named => new StreamReference(named.Service, With(named.Prefix, LastSegment(id))))
            : [];

    /// <summary>Public ids are addresses; the last segment is the stream's own name.</summary>
    private static string LastSegment(string id) => id[(id.LastIndexOfAny(['/', ':']) + 1)..];

    private static string With(string prefix, string id) => id.StartsWith(prefix, StringComparison.Ordinal) ? id : prefix + id;
}
