using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>What is not right is refused by us and by those who did not know of us.</summary>
public sealed class BothSidesRefuseTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Published _published = new(issuance);

    private static readonly Dictionary<string, Action<JsonObject>> Tamperings = new()
    {
        ["another name"] = document => document["credentialSubject"]!["achievement"]!["name"] = "Doctor of Finance",
        ["more credit"] = document => document["credentialSubject"]!["creditsEarned"] = 30,
        ["a better result"] = document => document["credentialSubject"]!["result"]![0]!["value"] = "1",
        ["another learner"] = document => document["credentialSubject"]!["id"] = "urn:pathways:sophia:somebody-else",
        ["another issuer's name"] = document => document["issuer"]!["name"] = "Example University",
        ["another issuer"] = document => document["issuer"]!["id"] = "did:web:elsewhere.example",
        ["an earlier date"] = document => document["validFrom"] = "2001-01-01T00:00:00Z",
        ["an end taken away or moved"] = document => document["validUntil"] = "2999-01-01T00:00:00Z",
        ["a status taken away"] = document => document.Remove("credentialStatus"),
        ["another place in the list"] = document => document["credentialStatus"]!["statusListIndex"] = "0",
        ["evidence taken away"] = document => document.Remove("evidence"),
        ["a type taken away"] = document => document["type"] = new JsonArray("VerifiableCredential"),
        ["a claim added"] = document => document["credentialSubject"]!["licenseNumber"] = "12345",
        ["another context instead"] = document => document["@context"]![1] = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json",
        ["a context that gives a term another meaning"] = document => document["@context"]!.AsArray().Add(
            new JsonObject { ["awardedDate"] = "https://elsewhere.example/awardedDate" }),
        ["another purpose"] = document => document["proof"]!["proofPurpose"] = "authentication",
        ["a later proof"] = document => document["proof"]!["created"] = "2026-06-01T00:00:00Z",
        ["another suite"] = document => document["proof"]!["cryptosuite"] = "eddsa-jcs-2022",
        ["a damaged signature"] = document => document["proof"]!["proofValue"] = "z" + new string('2', 86),
        ["no proof"] = document => document.Remove("proof"),
    };

    [Fact]
    public async Task Whatever_is_changed_is_noticed()
    {
        var good = await _published.JsonAsync($"credentials/{Tenant}/{await issuance.AwardByResultAsync("learner-both")}");
        var cases = new List<(string Name, JsonObject Document)> { ("nothing", good) };
        foreach (var (name, tamper) in Tamperings)
        {
            var document = good.DeepClone().AsObject();
            tamper(document);
            cases.Add((name, document));
        }

        var requests = new List<JsonObject>();
        foreach (var (_, document) in cases) requests.Add(await _published.RequestAsync("credential", document));
        var theirs = await Interop.AskAsync([.. requests]);
        for (int i = 0; i < cases.Count; i++)
        {
            bool expected = i == 0;
            var ours = await issuance.VerifyAsync(StrictJson.ToUtf8(cases[i].Document));
            Assert.True((bool)ours["verified"]! == expected, $"ours, {cases[i].Name}: {ours.ToJsonString()}");
            Assert.True(theirs[i].Verified == expected, $"theirs, {cases[i].Name}: {theirs[i]}");
            if (!expected) Assert.Contains(ours["checks"]!.AsArray(), check => !(bool)check!["passed"]! && check["whatToDo"] is not null);
        }
    }

    [Fact]
    public async Task A_revocation_is_seen_by_all_within_the_list_and_a_suspension_where_the_achievement_chose_it()
    {
        var revoked = await issuance.AwardByResultAsync("learner-revoked");
        var suspended = (Guid)(await issuance.PostAsync("credential-issuance/credentials",
            new { achievementId = "workplace-safety", learnerId = "learner-suspended", reason = "Attended" }))["id"]!;
        var revokedDocument = await _published.JsonAsync($"credentials/{Tenant}/{revoked}");
        var suspendedDocument = await _published.JsonAsync($"credentials/{Tenant}/{suspended}");
        await AssertStatusAsync(revokedDocument, stands: true);
        await AssertStatusAsync(suspendedDocument, stands: true);

        await issuance.PostAsync($"credential-issuance/credentials/{revoked}/revoke", new { reason = "Plagiarism" });
        await issuance.PostAsync($"credential-issuance/credentials/{suspended}/suspend", new { reason = "Under review" });
        await AssertStatusAsync(revokedDocument, stands: false);
        await AssertStatusAsync(suspendedDocument, stands: false);
        Assert.Equal("suspension", (string?)suspendedDocument["credentialStatus"]!["statusPurpose"]);

        await issuance.PostAsync($"credential-issuance/credentials/{suspended}/reinstate", new { reason = "Cleared" });
        await AssertStatusAsync(suspendedDocument, stands: true);
    }

    [Fact]
    public async Task A_learner_record_falls_with_its_credential_and_a_part_that_was_exchanged_is_found_out()
    {
        var (record, stacked) = await _published.LearnerRecordAsync("learner-record-falls");
        await AssertVerdictsAsync(record, verified: true);

        // In one graph the parts' achievements stand side by side: the outer proof alone does not notice who has which description.
        var swapped = record.DeepClone().AsObject();
        var parts = swapped["credentialSubject"]!["verifiableCredential"]!.AsArray();
        parts[1]!["credentialSubject"]!["creditsEarned"] = 30;
        Assert.False((bool)(await issuance.VerifyAsync(StrictJson.ToUtf8(swapped)))["verified"]!);

        string id = new Uri((string)stacked["id"]!).Segments[^1];
        await issuance.PostAsync($"credential-issuance/credentials/{id}/revoke", new { reason = "In error" });
        await Eventually.TrueAsync(
            async () => !(bool)(await issuance.VerifyAsync(StrictJson.ToUtf8(record)))["checks"]!.AsArray()
                .Single(check => (string?)check!["name"] == "status-revocation")!["passed"]!,
            TimeSpan.FromSeconds(15), "the record's own bit is set", _cancellation);
        await AssertVerdictsAsync(record, verified: false);
    }

    private async Task AssertVerdictsAsync(JsonObject document, bool verified)
    {
        var ours = await issuance.VerifyAsync(StrictJson.ToUtf8(document));
        Assert.True((bool)ours["verified"]! == verified, ours.ToJsonString());
        var theirs = await Interop.AskAsync(
            await _published.RequestAsync("verifier-core", document, await _published.StatusListOfAsync(document)));
        Assert.True(theirs[0].Verified == verified, theirs[0].ToString());
    }

    [Fact]
    public async Task An_expired_credential_is_refused()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var document = Foreign(key, "2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z");
        var signed = Sign(document, key);

        await AssertBothRefuseAsync(signed, "validity-period");
    }

    [Fact]
    public async Task A_key_that_is_not_the_issuers_is_refused()
    {
        using var stranger = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var document = await _published.JsonAsync($"credentials/{Tenant}/{await issuance.AwardByResultAsync("learner-stranger")}");
        document.Remove("proof");
        var signed = Sign(document, stranger);

        await AssertBothRefuseAsync(signed, "issuer-key");
    }

    private async Task AssertBothRefuseAsync(JsonObject document, string check)
    {
        var ours = await issuance.VerifyAsync(StrictJson.ToUtf8(document));
        Assert.Contains(ours["checks"]!.AsArray(), one => (string?)one!["name"] == check && !(bool)one["passed"]!);
        Assert.False((await Interop.AskAsync(await _published.RequestAsync("verifier-core", document)))[0].Verified);
    }

    /// <summary>By the verifier of the Digital Credentials Consortium from the list, by ours, and by the public status.</summary>
    private async Task AssertStatusAsync(JsonObject document, bool stands)
    {
        string path = new Uri((string)document["id"]!).AbsolutePath.TrimStart('/');
        Assert.Equal(stands, (bool)(await _published.JsonAsync(path + "/status"))["valid"]!);
        string check = $"status-{document["credentialStatus"]!["statusPurpose"]}";
        await Eventually.TrueAsync(
            async () => (await issuance.VerifyAsync(StrictJson.ToUtf8(document)))["checks"]!.AsArray()
                .Any(one => (string?)one!["name"] == check && (bool)one["passed"]! == stands),
            TimeSpan.FromSeconds(15), "the status list follows", _cancellation);
        var theirs = await Interop.AskAsync(
            await _published.RequestAsync("verifier-core", document, await _published.StatusListOfAsync(document)));
        Assert.True(theirs[0].Verified == stands, theirs[0].ToString());
    }

    private static JsonObject Foreign(SigningKey key, string from, string until) => JsonNode.Parse($$"""
        {
          "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
          "id": "urn:uuid:6f1c7a0e-4f0b-4a52-9d3e-6f1f6b7f3a11", "type": ["VerifiableCredential", "OpenBadgeCredential"], "name": "Abroad",
          "issuer": { "id": "{{DidKey.FromKey(key.PublicKey)}}", "type": ["Profile"], "name": "Elsewhere" },
          "validFrom": "{{from}}", "validUntil": "{{until}}",
          "credentialSubject": { "id": "urn:learner:1", "type": ["AchievementSubject"], "achievement": {
            "id": "urn:achievement:1", "type": ["Achievement"], "name": "Abroad", "description": "A term.", "criteria": { "narrative": "Be there." } } }
        }
        """)!.AsObject();

    private static JsonObject Sign(JsonObject document, SigningKey key)
        => DataIntegrityProof.Add(document, new ProofOptions(
            Cryptosuites.EddsaRdfc2022, $"{DidKey.FromKey(key.PublicKey)}#{key.PublicKey.Multibase}", new DateTimeOffset(2020, 6, 1, 0, 0, 0, TimeSpan.Zero)), key);
}
