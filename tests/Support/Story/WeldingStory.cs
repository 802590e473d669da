using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.LocalHost;

namespace Pathways.Tests.Support.Story;

/// <summary>
/// The main story with a learner of its own: course results at a college become credentials, credentials a certificate,
/// and with credit recognised from another provider a degree. Everything through the public door.
/// </summary>
public sealed class WeldingStory : IDisposable
{
    public const string College = "hutchinson";
    public const string Provider = "sophia";

    /// <summary>What an institution's own systems may do.</summary>
    public const string Scopes = "statements/write statements/read learners define issue recognise feed audit";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _name;

    private WeldingStory(string name, DoorClient college, DoorClient provider) => (_name, AtCollege, AtProvider) = (name, college, provider);

    public DoorClient AtCollege { get; }

    public DoorClient AtProvider { get; }

    public string LearnerId { get; private set; } = "";

    /// <summary>The certificate's stack and the degree's.</summary>
    public IReadOnlyList<string> Stacks { get; private set; } = [];

    /// <summary>Issuers, achievements, pathways and agreements: once per system, before the first story.</summary>
    public static async Task DefineAsync(RunningSystem system, CancellationToken cancellation)
        => await Script.RunAsync("pathways", cancellation, "sample", "load", "--definitions", "--data", system.Data.Root);

    /// <summary>A learner nobody knows yet, enrolled in the certificate and the degree.</summary>
    public static async Task<WeldingStory> EnrolAsync(RunningSystem system, string name, CancellationToken cancellation)
    {
        var story = new WeldingStory(
            name, await DoorClient.OfAsync(system, College, Scopes, cancellation), await DoorClient.OfAsync(system, Provider, Scopes, cancellation));
        story.LearnerId = await LearnerIdAsync(story.AtCollege, Actor(College, name), cancellation);
        var stacks = new List<string>();
        foreach (var pathway in (string[])["welding-certificate-a", "welding-aas"])
        {
            var enrolled = await story.AtCollege.PostAsync("pathway-stacking/enrolments", new JsonObject
            {
                ["learnerId"] = story.LearnerId, ["pathwayId"] = ReadableKey.Of($"https://hutchinson.example/pathways/{pathway}"),
            }, cancellation);
            stacks.Add((string)enrolled["stackId"]!);
        }

        story.Stacks = stacks;
        return story;
    }

    /// <summary>All course results at the college at once, as a batch; their ids follow from the learner, so they can be sent again.</summary>
    public Task SendResultsAsync(CancellationToken cancellation) => AtCollege.StatementsAsync(StatementsOf(College), cancellation);

    /// <summary>The finance course at the provider.</summary>
    public Task SendProviderResultAsync(CancellationToken cancellation) => AtProvider.StatementsAsync(StatementsOf(Provider), cancellation);

    public async Task<string> ProviderCredentialAsync(CancellationToken cancellation)
    {
        var holder = await LearnerIdAsync(AtProvider, Actor(Provider, _name), cancellation);
        var credential = await Eventually.SeeAsync(
            async () => (await CredentialsAsync(AtProvider, holder, cancellation)).FirstOrDefault(), Patience, "the provider's credential", cancellation);
        return (string)credential["credentialId"]!;
    }

    public Task<JsonNode> AskForCreditAsync(string credentialId, CancellationToken cancellation) => AtCollege.PostAsync(
        "transfer-recognition/recognitions", new JsonObject { ["learnerId"] = LearnerId, ["credentialId"] = credentialId }, cancellation,
        ("Idempotency-Key", $"recognise-{_name}"));

    /// <summary>The learner's credentials at the college.</summary>
    public Task<IReadOnlyList<JsonNode>> CredentialsAsync(CancellationToken cancellation) => CredentialsAsync(AtCollege, LearnerId, cancellation);

    public Task<JsonNode> StackAsync(string stackId, CancellationToken cancellation) => AtCollege.GetAsync($"pathway-stacking/stacks/{stackId}", cancellation);

    /// <summary>Every stack is satisfied, and the credentials of both are issued.</summary>
    public async Task<bool> IsCompleteAsync(CancellationToken cancellation)
    {
        foreach (var stack in Stacks)
        {
            if ((string)(await StackAsync(stack, cancellation))["verdict"]! != "satisfied") return false;
        }

        var issued = (await CredentialsAsync(cancellation)).Select(credential => (string)credential["achievementId"]!).ToHashSet();
        return issued.IsSupersetOf(["welding-certificate-a", "welding-aas"]);
    }

    public void Dispose()
    {
        AtCollege.Dispose();
        AtProvider.Dispose();
    }

    private static async Task<IReadOnlyList<JsonNode>> CredentialsAsync(DoorClient client, string learnerId, CancellationToken cancellation)
        => [.. (await client.GetAsync($"credential-issuance/credentials?learnerId={learnerId}&limit=200", cancellation))["items"]!.AsArray().Select(item => item!)];

    private static async Task<string> LearnerIdAsync(DoorClient client, JsonNode actor, CancellationToken cancellation)
        => (string)(await client.PostAsync("learning-record/learners/lookup", new JsonObject { ["actor"] = actor }, cancellation))["learnerId"]!;

    public static JsonObject Actor(string tenant, string name)
        => new() { ["account"] = new JsonObject { ["homePage"] = $"https://{tenant}.example/students", ["name"] = name } };

    /// <summary>The sample's statements, told of this learner.</summary>
    private JsonArray StatementsOf(string tenant)
    {
        var statements = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "deploy/sample", tenant, "statements.json")))!.AsArray();
        foreach (var statement in statements)
        {
            statement!["id"] = DeterministicId.From(Guid.Parse((string)statement["id"]!), _name).ToString();
            statement["actor"] = Actor(tenant, _name);
        }

        return statements;
    }
}
