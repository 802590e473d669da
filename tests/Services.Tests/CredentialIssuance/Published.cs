using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Messaging;
using Pathways.Contracts.PathwayStacking.V1;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>What anybody can fetch, and questions about it to the libraries of others.</summary>
internal sealed class Published(IssuanceUnderTest issuance)
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public async Task<JsonObject> JsonAsync(string path)
        => JsonNode.Parse(await issuance.Anybody.GetStringAsync(path, _cancellation))!.AsObject();

    public Task<JsonObject> DidAsync(string tenant = Tenant) => JsonAsync($"issuers/{tenant}/did.json");

    public Task<JsonObject> StatusListOfAsync(JsonObject credential)
        => JsonAsync(new Uri((string)credential["credentialStatus"]!["statusListCredential"]!).AbsolutePath.TrimStart('/'));

    /// <param name="documents">What the judge may find at their ids.</param>
    public async Task<JsonObject> RequestAsync(string kind, JsonNode document, JsonObject? documents = null, string tenant = Tenant) => new()
    {
        ["kind"] = kind,
        ["document"] = document.DeepClone(),
        ["didDocument"] = await DidAsync(tenant),
        ["documents"] = documents is null ? new JsonObject() : new JsonObject { [(string)documents["id"]!] = documents.DeepClone() },
    };

    public async Task<JsonObject> BakedAsync(string path, string mediaType, string tenant = Tenant)
    {
        using var response = await issuance.Anybody.GetAsync(path, _cancellation);
        Assert.Equal(mediaType, response.Content.Headers.ContentType?.MediaType);
        return new JsonObject
        {
            ["kind"] = "baked",
            ["mediaType"] = mediaType,
            ["image"] = Convert.ToBase64String(await response.Content.ReadAsByteArrayAsync(_cancellation)),
            ["didDocument"] = await DidAsync(tenant),
        };
    }

    /// <summary>Two courses that add up to a certificate, and its record as soon as it is signed.</summary>
    public async Task<(JsonObject Record, JsonObject Stacked)> LearnerRecordAsync(string learner)
    {
        var course = await issuance.AwardByResultAsync(learner);
        var badge = (string)(await issuance.PostAsync("credential-issuance/credentials",
            new { achievementId = "first-aid", learnerId = learner, reason = "Attended" }))["credentialId"]!;
        await issuance.Service.DeliverAsync<PathwayStackingReaction>(Deliveries.Incoming(Tenant, $"stack-{learner}", new StackCompleted(
            $"stack-{learner}", learner, "pathway-1", 1, CertificateIri,
            [
                new StackUse("component-1", $"{ServiceUnderTest.PublicOrigin}/credentials/{Tenant}/{course}"), new StackUse("component-2", badge),
                new StackUse("component-3", "https://elsewhere.example/recognitions/3"),
            ],
            "00")));
        var id = await issuance.AwardedAsync("business", learner);
        await Eventually.TrueAsync(
            async () => (await issuance.Anybody.GetAsync($"credentials/{Tenant}/{id}/clr", _cancellation)).IsSuccessStatusCode,
            TimeSpan.FromSeconds(15), "the learner record is signed", _cancellation);
        return (await JsonAsync($"credentials/{Tenant}/{id}/clr"), await JsonAsync($"credentials/{Tenant}/{id}"));
    }
}
