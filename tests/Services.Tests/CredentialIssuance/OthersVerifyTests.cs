using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Contracts.LearningRecord.V1;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Messaging;
using Pathways.EventStore;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>Libraries that we did not write judge what the service signs.</summary>
public sealed class OthersVerifyTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private static readonly string Schema = Path.Combine(
        LocalHost.Repository.Root, "..", "shared", "data", "ob3-clr2-schemas", "open-badges", "v3_0", "ob_v3p0_achievementcredential_schema.json");

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_proofs_verify_and_a_changed_claim_does_not()
    {
        var (document, jwt) = await IssueAsync("learner-interop");
        var did = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"issuers/{Tenant}/did.json", _cancellation))!.AsObject();
        var forged = document.DeepClone().AsObject();
        forged["credentialSubject"]!["achievement"]!["name"] = "Doctor of Finance";

        var verdicts = await Interop.AskAsync(
            Request("eddsa-rdfc-2022", document, did), Request("jwt", JsonValue.Create(jwt), did), Request("eddsa-rdfc-2022", forged, did));

        Assert.Equal([true, true, false], verdicts.Select(verdict => verdict.Verified));
    }

    [Fact]
    public async Task The_document_is_an_open_badge_by_the_published_schema()
    {
        Assert.SkipUnless(File.Exists(Schema), "The published Open Badges schemas are not beside the repository.");
        var (document, _) = await IssueAsync("learner-schema");
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Schema, _cancellation))!;
        var flawed = document.DeepClone().AsObject();
        flawed["credentialSubject"]!["achievement"]!["achievementType"] = "Sticker";

        var verdicts = await Interop.AskAsync(
            new JsonObject { ["kind"] = "schema", ["document"] = document, ["schema"] = schema },
            new JsonObject { ["kind"] = "schema", ["document"] = flawed, ["schema"] = schema.DeepClone() });

        Assert.True(verdicts[0].Verified, verdicts[0].ToString());
        Assert.False(verdicts[1].Verified);
    }

    private static JsonObject Request(string kind, JsonNode document, JsonObject did)
        => new() { ["kind"] = kind, ["document"] = document.DeepClone(), ["didDocument"] = did.DeepClone() };

    private async Task<(JsonObject Document, string Jwt)> IssueAsync(string learner)
    {
        await issuance.Service.DeliverAsync<LearningRecordReaction>(Deliveries.Incoming(Tenant, $"statement-{learner}",
            new AchievementRecorded(learner, "e5f1b0f6-0c51-4a52-9d3e-6f1f6b7f3a11", "passed", ActivityId, ActivityType: null, 0.85m, DateTimeOffset.UtcNow, "1")));
        var awards = await issuance.Service.Services.GetRequiredService<IEventStore>()
            .LoadAsync(Tenant, Awards.StreamOf("principles-of-finance", learner), Awards.Decider, _cancellation);
        string path = $"credentials/{Tenant}/{Assert.Single(awards.State.Standing).Key}";
        return (JsonNode.Parse(await issuance.Anybody.GetStringAsync(path, _cancellation))!.AsObject(),
            await issuance.Anybody.GetStringAsync(path + ".jwt", _cancellation));
    }
}
