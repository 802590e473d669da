using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>Libraries that we did not write judge every kind of document that the service gives out.</summary>
public sealed class OthersVerifyTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private static readonly string Schemas = Path.Combine(LocalHost.Repository.Root, "..", "shared", "data", "ob3-clr2-schemas");

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Published _published = new(issuance);

    [Fact]
    public async Task Every_form_of_a_credential_verifies()
    {
        var id = await issuance.AwardByResultAsync("learner-forms");
        var document = await _published.JsonAsync($"credentials/{Tenant}/{id}");
        var list = await _published.StatusListOfAsync(document);
        var jwt = JsonValue.Create(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}.jwt", _cancellation));

        await AssertAllVerifyAsync(
            await _published.RequestAsync("eddsa-rdfc-2022", document),
            await _published.RequestAsync("verifier-core", document, list),
            await _published.RequestAsync("jwt", jwt),
            await _published.RequestAsync("eddsa-rdfc-2022", list),
            await _published.BakedAsync($"credentials/{Tenant}/{id}.png", "image/png"),
            await _published.BakedAsync($"credentials/{Tenant}/{id}.svg", "image/svg+xml"),
            await _published.RequestAsync("did", await _published.DidAsync()));
    }

    [Fact]
    public async Task A_learner_record_and_each_credential_in_it_verify()
    {
        var (record, _) = await _published.LearnerRecordAsync("learner-record");
        var list = await _published.StatusListOfAsync(record);
        var inside = record["credentialSubject"]!["verifiableCredential"]!.AsArray().Select(part => part!.AsObject()).ToList();
        string path = new Uri((string)record["id"]!).AbsolutePath.TrimStart('/');

        Assert.Equal(3, inside.Count);
        List<JsonObject> requests =
        [
            await _published.RequestAsync("eddsa-rdfc-2022", record),
            await _published.RequestAsync("verifier-core", record, list),
            await _published.BakedAsync(path + ".png", "image/png"),
            await _published.BakedAsync(path + ".svg", "image/svg+xml"),
        ];
        foreach (var part in inside) requests.Add(await _published.RequestAsync("eddsa-rdfc-2022", part));
        await AssertAllVerifyAsync([.. requests]);
        Assert.True((bool)(await issuance.VerifyAsync(Bytes(record)))["verified"]!);
    }

    [Fact]
    public async Task An_issuer_that_chose_the_text_proof_and_es256_is_verified_too()
    {
        const string Other = "hutchinson";
        var id = await issuance.AwardAtAsync(Other, new { name = "Hutchinson", cryptosuite = "eddsa-jcs-2022", jwtAlgorithm = "ES256" });
        var document = await _published.JsonAsync($"credentials/{Other}/{id}");
        var jwt = JsonValue.Create(await issuance.Anybody.GetStringAsync($"credentials/{Other}/{id}.jwt", _cancellation));

        await AssertAllVerifyAsync(
            await _published.RequestAsync("eddsa-jcs-2022", document, tenant: Other), await _published.RequestAsync("jwt", jwt, tenant: Other));
        Assert.True((bool)(await issuance.VerifyAsync(Bytes(document)))["verified"]!);
    }

    [Fact]
    public async Task An_issuer_that_signs_tokens_alone_gives_out_its_json_as_an_envelope()
    {
        const string Other = "utah-state";
        var id = await issuance.AwardAtAsync(Other, new { name = "Utah State", cryptosuite = "none", jwtAlgorithm = "RS256" });
        var document = await _published.JsonAsync($"credentials/{Other}/{id}");

        Assert.Equal("EnvelopedVerifiableCredential", (string?)document["type"]);
        var jwt = JsonValue.Create(((string)document["id"]!)["data:application/vc+jwt,".Length..]);
        await AssertAllVerifyAsync(
            await _published.RequestAsync("jwt", jwt, tenant: Other),
            await _published.BakedAsync($"credentials/{Other}/{id}.png", "image/png", Other));
        Assert.Equal("enveloped+jwt", (string?)(await AssertOursAsync(document, expected: true))["format"]);
    }

    [Fact]
    public async Task What_is_given_out_follows_the_published_schemas()
    {
        Assert.SkipUnless(Directory.Exists(Schemas), "The published Open Badges and CLR schemas are not beside the repository.");
        var badge = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Schemas, "open-badges/v3_0/ob_v3p0_achievementcredential_schema.json"), _cancellation))!;
        var clr = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Schemas, "clr/v2_0/clr_v2p0_clrcredential_schema.json"), _cancellation))!;
        var document = await _published.JsonAsync($"credentials/{Tenant}/{await issuance.AwardByResultAsync("learner-schema")}");
        var (record, stacked) = await _published.LearnerRecordAsync("learner-record-schema");
        var flawed = document.DeepClone().AsObject();
        flawed["credentialSubject"]!["achievement"]!["achievementType"] = "Sticker";
        var twoStatuses = document.DeepClone().AsObject();
        twoStatuses["credentialStatus"] = new JsonArray(document["credentialStatus"]!.DeepClone(), document["credentialStatus"]!.DeepClone());

        var verdicts = await Interop.AskAsync(
            Schema(document, badge), Schema(stacked, badge), Schema(record, clr), Schema(flawed, badge), Schema(twoStatuses, badge));

        Assert.All(verdicts.Take(3), verdict => Assert.True(verdict.Verified, verdict.ToString()));
        Assert.All(verdicts.Skip(3), verdict => Assert.False(verdict.Verified));
    }

    private static JsonObject Schema(JsonObject document, JsonNode schema)
        => new() { ["kind"] = "schema", ["document"] = document.DeepClone(), ["schema"] = schema.DeepClone() };

    private static async Task AssertAllVerifyAsync(params JsonObject[] requests)
    {
        var verdicts = await Interop.AskAsync(requests);
        Assert.All(verdicts.Zip(requests), pair => Assert.True(pair.First.Verified, $"{pair.Second["kind"]}: {pair.First}"));
    }

    private async Task<JsonObject> AssertOursAsync(JsonObject document, bool expected)
    {
        var answer = await issuance.VerifyAsync(Bytes(document));
        Assert.True((bool)answer["verified"]! == expected, answer.ToJsonString());
        return answer;
    }

    private static byte[] Bytes(JsonObject document) => StrictJson.ToUtf8(document);
}
