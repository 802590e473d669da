using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>A credential at its own address: a page for people, JSON for programs, pictures to take along.</summary>
public sealed class PublicPageTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private const string Pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_shows_what_it_is_for_and_verifies_on_request()
    {
        var id = await issuance.AwardByResultAsync("learner-page");
        using var page = await GetAsync($"credentials/{Tenant}/{id}", "text/html");
        string text = await page.Content.ReadAsStringAsync(_cancellation);

        Assert.All(["Principles of Finance", "Pass the final examination.", "Sophia Learning", "valid", "/v/1/image", "Issued on", "Valid until", "Verify now"],
            expected => Assert.Contains(expected, text, StringComparison.Ordinal));
        Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        using var verification = await GetAsync($"credentials/{Tenant}/{id}/verification", "text/html");
        Assert.Contains("<h1>It verifies</h1>", await verification.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
        await issuance.PostAsync($"credential-issuance/credentials/{id}/suspend", new { reason = "Under <review>" });
        using var suspended = await GetAsync($"credentials/{Tenant}/{id}/verification", "text/html");
        Assert.Contains("suspended: Under &lt;review&gt;", await suspended.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
        using var json = await GetAsync($"credentials/{Tenant}/{id}/verification", "application/json");
        Assert.False((bool)JsonNode.Parse(await json.Content.ReadAsStringAsync(_cancellation))!["verified"]!);
    }

    [Fact]
    public async Task What_was_valid_when_is_answered_from_the_events()
    {
        var id = await issuance.AwardByResultAsync("learner-when");
        await Task.Delay(20, _cancellation);
        var standing = DateTimeOffset.UtcNow;
        await Task.Delay(20, _cancellation);
        await issuance.PostAsync($"credential-issuance/credentials/{id}/suspend", new { reason = "Review" });
        await issuance.PostAsync($"credential-issuance/credentials/{id}/reinstate", new { reason = "Cleared" });
        await issuance.PostAsync($"credential-issuance/credentials/{id}/revoke", new { reason = "Plagiarism" });

        var then = await StatusAsync($"?at={Uri.EscapeDataString(standing.ToString("O"))}");
        var now = await StatusAsync("");
        using var before = await issuance.Anybody.GetAsync($"credentials/{Tenant}/{id}/status?at=2001-01-01T00:00:00Z", _cancellation);

        Assert.True((bool)then["valid"]!, then.ToJsonString());
        Assert.Equal((false, "revoked", "Plagiarism"), ((bool)now["valid"]!, (string)now["status"]!, (string)now["reason"]!));
        Assert.Equal(["issued", "suspended", "reinstated", "revoked"], now["history"]!.AsArray().Select(change => (string?)change!["what"]));
        Assert.Equal(HttpStatusCode.NotFound, before.StatusCode);

        async Task<JsonNode> StatusAsync(string query)
            => JsonNode.Parse(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}/status{query}", _cancellation))!;
    }

    [Fact]
    public async Task A_status_list_hides_in_a_herd_and_is_kept_for_a_minute_at_most()
    {
        var first = await ListOfAsync("learner-herd-1");
        var second = await ListOfAsync("learner-herd-2");
        using var response = await issuance.Anybody.GetAsync(first.Url.AbsolutePath, _cancellation);
        var list = JsonNode.Parse(await response.Content.ReadAsStringAsync(_cancellation))!;

        Assert.Equal("application/vc", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(TimeSpan.FromMinutes(1), response.Headers.CacheControl?.MaxAge);
        Assert.Equal(60_000, (int)list["credentialSubject"]!["ttl"]!);
        Assert.True(LinkedData.StatusList.Decode((string)list["credentialSubject"]!["encodedList"]!).Length >= 131_072);
        Assert.Equal(first.Url, second.Url);
        Assert.NotEqual(first.Index + 1, second.Index);
        using var unused = await issuance.Anybody.GetAsync($"issuers/{Tenant}/status/revocation/77", _cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unused.StatusCode);
    }

    [Fact]
    public async Task No_two_credentials_share_a_place_in_a_list()
    {
        var indexes = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i => (await ListOfAsync($"learner-place-{i}")).Index));

        Assert.Equal(indexes.Length, indexes.Distinct().Count());
    }

    [Fact]
    public async Task The_institutions_own_picture_is_shown_and_baked()
    {
        await issuance.PublishAsync("pictured", new
        {
            name = "Pictured", description = "Seen.", criteria = "Be seen.", achievementType = "Badge", image = "data:image/png;base64," + Pixel,
        });
        var id = (Guid)(await issuance.PostAsync("credential-issuance/credentials", new { achievementId = "pictured", learnerId = "learner-seen", reason = "Seen" }))["id"]!;

        Assert.Equal(Convert.FromBase64String(Pixel), await issuance.Anybody.GetByteArrayAsync($"issuers/{Tenant}/achievements/pictured/v/1/image", _cancellation));
        byte[] png = await issuance.Anybody.GetByteArrayAsync($"credentials/{Tenant}/{id}.png", _cancellation);
        Assert.Equal(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}", _cancellation), LinkedData.BakedPng.Unbake(png)!.Credential);
        byte[] svg = await issuance.Anybody.GetByteArrayAsync($"credentials/{Tenant}/{id}.svg", _cancellation);
        Assert.Contains(Pixel, Encoding.UTF8.GetString(svg), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://elsewhere.example/badge.png", "image-form-unknown")]
    [InlineData("data:image/png;base64,%%%", "image-unreadable")]
    [InlineData("data:image/png;base64,iVBORw0KGgo=", "image-unreadable")]
    [InlineData("data:image/svg+xml;base64,PCFET0NUWVBFIHN2Zz48c3ZnLz4=", "image-unreadable")]
    public async Task A_picture_that_is_none_is_refused(string image, string code)
    {
        using var response = await issuance.Registrar.PutAsJsonAsync("credential-issuance/achievements/unpictured",
            new { name = "Unpictured", description = "x", criteria = "x", achievementType = "Badge", image }, _cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(code, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(_cancellation))!["code"]);
    }

    private async Task<(Uri Url, int Index)> ListOfAsync(string learner)
    {
        var document = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{await issuance.AwardByResultAsync(learner)}", _cancellation))!;
        return (new Uri((string)document["credentialStatus"]!["statusListCredential"]!), int.Parse((string)document["credentialStatus"]!["statusListIndex"]!));
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        return await issuance.Anybody.SendAsync(request, _cancellation);
    }
}
