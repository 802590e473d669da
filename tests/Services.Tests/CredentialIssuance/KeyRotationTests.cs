using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>Keys come and go; what they signed stays good, unless a key fell into other hands.</summary>
public sealed class KeyRotationTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly Published _published = new(issuance);

    [Fact]
    public async Task Old_credentials_verify_after_a_rotation_and_not_after_their_key_was_revoked()
    {
        var before = await _published.JsonAsync($"credentials/{Tenant}/{await issuance.AwardByResultAsync("learner-before")}");
        var listBefore = await _published.StatusListOfAsync(before);
        await RotateAsync();
        var after = await _published.JsonAsync($"credentials/{Tenant}/{await issuance.AwardByResultAsync("learner-after")}");
        string old = KeyOf(before);
        Assert.NotEqual(old, KeyOf(after));
        Assert.NotEqual(KeyOf(listBefore), KeyOf(await _published.StatusListOfAsync(before)));
        await AssertVerifyAsync(before, expected: true);
        await AssertVerifyAsync(after, expected: true);

        await issuance.PostAsync($"credential-issuance/issuers/keys/{old}/revoke", new { reason = "Stolen" });

        var ours = await AssertVerifyAsync(before, expected: false);
        Assert.Contains(ours["checks"]!.AsArray(), check => ((string)check!["finding"]!).Contains("was revoked", StringComparison.Ordinal));
        await AssertVerifyAsync(after, expected: true);
        var did = await _published.DidAsync();
        Assert.Contains(did["verificationMethod"]!.AsArray(), method => ((string)method!["id"]!).EndsWith(old, StringComparison.Ordinal) && method["revoked"] is not null);
        Assert.DoesNotContain(did["assertionMethod"]!.AsArray(), method => ((string)method!).EndsWith(old, StringComparison.Ordinal));
        using var gone = await issuance.Anybody.GetAsync($"issuers/{Tenant}/keys/{old}", _cancellation);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task Whatever_is_issued_while_keys_rotate_verifies()
    {
        var awarding = Task.Run(async () =>
        {
            for (int i = 0; i < 12; i++) await issuance.AwardByResultAsync($"learner-during-{i}");
        }, _cancellation);
        while (!awarding.IsCompleted) await RotateAsync();
        await awarding;

        var requests = new List<JsonObject>();
        for (int i = 0; i < 12; i++)
        {
            var document = await _published.JsonAsync($"credentials/{Tenant}/{await issuance.AwardedAsync("principles-of-finance", $"learner-during-{i}")}");
            requests.Add(await _published.RequestAsync("eddsa-rdfc-2022", document));
        }

        Assert.All(await Interop.AskAsync([.. requests]), verdict => Assert.True(verdict.Verified, verdict.ToString()));
    }

    private async Task RotateAsync() => await issuance.PostAsync("credential-issuance/issuers/keys", new { algorithm = "Ed25519" });

    private async Task<JsonObject> AssertVerifyAsync(JsonObject document, bool expected)
    {
        var theirs = await Interop.AskAsync(await _published.RequestAsync("verifier-core", document, await _published.StatusListOfAsync(document)));
        Assert.True(theirs[0].Verified == expected, theirs[0].ToString());
        var ours = await issuance.VerifyAsync(StrictJson.ToUtf8(document));
        Assert.True((bool)ours["verified"]! == expected, ours.ToJsonString());
        return ours;
    }

    private static string KeyOf(JsonObject document) => ((string)document["proof"]!["verificationMethod"]!).Split('#')[1];
}
