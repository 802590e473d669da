using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LocalHost;

namespace Pathways.Cli.Sample;

/// <summary>One folder of <c>deploy/sample</c>: an institution, what it awards, and what its learners did.</summary>
internal sealed record SampleInstitution(
    string Tenant,
    string Name,
    string Url,
    string? JwtAlgorithm,
    IReadOnlyList<SamplePathway> Pathways,
    IReadOnlyList<SampleLearner> Learners,
    IReadOnlyList<SampleAgreement> Agreements,
    IReadOnlyList<SampleRecognition> Recognitions)
{
    private string Folder => Path.Combine(Root, Tenant);

    private static string Root => Path.Combine(Repository.Root, "deploy", "sample");

    public static IReadOnlyList<SampleInstitution> ReadAll() =>
    [
        .. Directory.EnumerateFiles(Root, "institution.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => JsonSerializer.Deserialize<SampleInstitution>(File.ReadAllText(file), JsonSerializerOptions.Web)!),
    ];

    public JsonArray Achievements() => JsonNode.Parse(File.ReadAllText(PathOf("achievements.json")))!.AsArray();

    public JsonArray Statements() => JsonNode.Parse(File.ReadAllText(PathOf("statements.json")))!.AsArray();

    public JsonNode Terms(SampleAgreement agreement) => JsonNode.Parse(File.ReadAllText(PathOf(agreement.File)))!;

    public string PathOf(string file) => Path.Combine(Folder, file);
}

/// <param name="Awards">Achievement of this institution that a completed stack is awarded.</param>
internal sealed record SamplePathway(string File, string Awards);

/// <param name="Pathways">IRIs of the pathways that the learner enrols in.</param>
internal sealed record SampleLearner(JsonObject Actor, IReadOnlyList<string> Pathways);

/// <param name="File">The terms that this institution, which receives, proposes.</param>
internal sealed record SampleAgreement(string Id, string File);

/// <summary>A learner asks for credit for what another institution awarded.</summary>
internal sealed record SampleRecognition(JsonObject Learner, string SendingInstitution, JsonObject SendingLearner, string Achievement);
