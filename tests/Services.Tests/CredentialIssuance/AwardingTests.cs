using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pathways.Contracts.LearningRecord.V1;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Expiring;
using Pathways.CredentialIssuance.Messaging;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

public sealed class AwardingTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Awards_what_meets_the_rule_and_anybody_can_fetch_and_verify_it()
    {
        var (id, _) = await AwardByResultAsync("learner-fetch");

        var document = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}", _cancellation))!.AsObject();
        Assert.Equal($"https://pathways.test/credentials/{Tenant}/{id}", (string?)document["id"]);
        Assert.Equal("did:web:pathways.test:issuers:sophia", (string?)document["issuer"]!["id"]);
        Assert.Equal("urn:pathways:sophia:learner-fetch", (string?)document["credentialSubject"]!["id"]);
        Assert.EndsWith("/achievements/principles-of-finance/v/1", (string?)document["credentialSubject"]!["achievement"]!["id"], StringComparison.Ordinal);
        Assert.Equal("eddsa-rdfc-2022", (string?)document["proof"]!["cryptosuite"]);
        await AssertVerifiedAsync(document.ToJsonString(), expected: true);

        string jwt = await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}.jwt", _cancellation);
        await AssertVerifiedAsync(jwt, expected: true);
        // As editors save files.
        await AssertVerifiedAsync("\uFEFF" + document.ToJsonString(), expected: true);
        await AssertVerifiedAsync("\uFEFF" + jwt, expected: true);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"credentials/{Tenant}/{id}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/vc+jwt"));
        using var negotiated = await issuance.Anybody.SendAsync(request, _cancellation);
        Assert.Equal(jwt, await negotiated.Content.ReadAsStringAsync(_cancellation));
    }

    [Fact]
    public async Task A_list_is_refused_for_what_no_text_holds()
    {
        using var staff = issuance.Service.Client(Tenant, Pathways.WebDefaults.Scopes.Learners);
        var answer = await staff.ReadAsync("credential-issuance/credentials?learnerId=%00");

        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request"), (answer.Status, answer.ProblemCode));
    }

    [Fact]
    public async Task A_changed_credential_does_not_verify()
    {
        var (id, _) = await AwardByResultAsync("learner-tampered");
        var document = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}", _cancellation))!.AsObject();

        document["credentialSubject"]!["creditsEarned"] = 30;

        var answer = await AssertVerifiedAsync(document.ToJsonString(), expected: false);
        Assert.Contains(answer["checks"]!.AsArray(), check => (string?)check!["name"] == "status-revocation" && (bool)check["passed"]!);
        Assert.Contains(answer["checks"]!.AsArray(), check => !(bool)check!["passed"]!);
    }

    [Fact]
    public async Task The_did_document_and_the_key_addresses_hold_the_keys_that_signed()
    {
        var did = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"issuers/{Tenant}/did.json", _cancellation))!;
        Assert.Equal("https://www.w3.org/ns/did/v1", (string?)did["@context"]![0]);
        Assert.Equal(3, did["verificationMethod"]!.AsArray().Count);
        foreach (var method in did["verificationMethod"]!.AsArray())
        {
            string key = ((string)method!["id"]!).Split('#')[1];
            var jwk = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"issuers/{Tenant}/keys/{key}", _cancellation))!;
            Assert.NotNull(jwk["kty"]);
            Assert.Null(jwk["d"]);
        }

        using var unknown = await issuance.Anybody.GetAsync("issuers/nobody/did.json", _cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Concurrent_deliveries_award_once()
    {
        var one = Recorded("learner-race", "record-1");
        var two = Recorded("learner-race", "record-2");

        await Task.WhenAll(new[] { one, one, two, two }.Select(recorded =>
            Task.Run(() => issuance.Service.DeliverAsync<LearningRecordReaction>(recorded), _cancellation)));

        Assert.Single((await LoadAwardsAsync("principles-of-finance", "learner-race")).Standing);
    }

    [Theory]
    [InlineData("passed", "0.69")]
    [InlineData("failed", "0.95")]
    public async Task Awards_nothing_below_the_rule(string outcome, string score)
    {
        await issuance.Service.DeliverAsync<LearningRecordReaction>(
            Recorded("learner-low", $"record-{outcome}", outcome, decimal.Parse(score)));

        Assert.Empty((await LoadAwardsAsync("principles-of-finance", "learner-low")).Standing);
    }

    [Fact]
    public async Task A_withdrawn_record_revokes_the_credential_and_a_new_result_awards_anew()
    {
        var (id, _) = await AwardByResultAsync("learner-voided");

        await issuance.Service.DeliverAsync<LearningRecordReaction>(Deliveries.Incoming(
            Tenant, "statement-1", new AchievementWithdrawn("learner-voided", "record-learner-voided", ActivityId, "voided")));

        Assert.Equal("revoked", (string?)(await issuance.GetAsync($"credential-issuance/credentials/{id}"))["status"]);
        var document = JsonNode.Parse(await issuance.Anybody.GetStringAsync($"credentials/{Tenant}/{id}", _cancellation))!;
        await AssertVerifiedAsync(document.ToJsonString(), expected: false);

        await issuance.Service.DeliverAsync<LearningRecordReaction>(Recorded("learner-voided", "record-again"));
        Assert.Single((await LoadAwardsAsync("principles-of-finance", "learner-voided")).Standing);
    }

    [Fact]
    public async Task A_further_result_takes_the_place_of_a_withdrawn_one()
    {
        var (first, _) = await AwardByResultAsync("learner-twice");
        await issuance.Service.DeliverAsync<LearningRecordReaction>(Recorded("learner-twice", "record-second"));
        Assert.Equal(first, Assert.Single((await LoadAwardsAsync("principles-of-finance", "learner-twice")).Standing).Key);

        await issuance.Service.DeliverAsync<LearningRecordReaction>(Deliveries.Incoming(
            Tenant, "statement-1", new AchievementWithdrawn("learner-twice", "record-learner-twice", ActivityId, "voided")));
        var second = Assert.Single((await LoadAwardsAsync("principles-of-finance", "learner-twice")).Standing);
        Assert.Equal(("record-second", CredentialStatus.Revoked), (second.Value.RecordId, (await LoadCredentialAsync(first)).Status));

        await issuance.Service.DeliverAsync<LearningRecordReaction>(Deliveries.Incoming(
            Tenant, "statement-2", new AchievementWithdrawn("learner-twice", "record-second", ActivityId, "voided")));
        Assert.Empty((await LoadAwardsAsync("principles-of-finance", "learner-twice")).Standing);
    }

    [Fact]
    public async Task Awards_by_hand_suspends_reinstates_and_lists_by_learner()
    {
        var awarded = await issuance.PostAsync("credential-issuance/credentials",
            new { achievementId = "principles-of-finance", learnerId = "learner-hand", reason = "Prior learning" });
        string id = (string)awarded["id"]!;

        Assert.Equal("suspended", (string?)(await issuance.PostAsync($"credential-issuance/credentials/{id}/suspend", new { reason = "Review" }))["status"]);
        Assert.Equal("valid", (string?)(await issuance.PostAsync($"credential-issuance/credentials/{id}/reinstate", new { reason = "Cleared" }))["status"]);
        using var again = await issuance.Registrar.PostAsJsonAsync("credential-issuance/credentials",
            new { achievementId = "principles-of-finance", learnerId = "learner-hand", reason = "Again" }, _cancellation);
        Assert.Equal(HttpStatusCode.Conflict, again.StatusCode);
        Assert.Equal("already-awarded", (string?)JsonNode.Parse(await again.Content.ReadAsStringAsync(_cancellation))!["code"]);

        await Eventually.TrueAsync(
            async () => (await issuance.GetAsync("credential-issuance/credentials?learnerId=learner-hand&status=valid"))["items"]!.AsArray()
                .Any(item => (string?)item!["id"] == id),
            TimeSpan.FromSeconds(10), "the credential is in the list", _cancellation);
    }

    [Fact]
    public async Task Who_awards_and_suspends_reads_it_in_the_list_at_once()
    {
        const string List = "credential-issuance/credentials?learnerId=learner-at-once";
        var awarded = await issuance.Registrar.PostJsonAsync(
            "credential-issuance/credentials", new { achievementId = "principles-of-finance", learnerId = "learner-at-once", reason = "Prior learning" });
        string id = awarded.Json.GetProperty("id").GetString()!;
        Assert.Equal("valid", await StatusAfterAsync(awarded));

        Assert.Equal("suspended", await StatusAfterAsync(await issuance.Registrar.PostJsonAsync($"credential-issuance/credentials/{id}/suspend", new { reason = "Review" })));
        Assert.Equal("valid", await StatusAfterAsync(await issuance.Registrar.PostJsonAsync($"credential-issuance/credentials/{id}/reinstate", new { reason = "Cleared" })));
        Assert.Equal("revoked", await StatusAfterAsync(await issuance.Registrar.PostJsonAsync($"credential-issuance/credentials/{id}/revoke", new { reason = "In error" })));

        async Task<string?> StatusAfterAsync(Answer written)
        {
            var list = await issuance.Registrar.ReadAsync($"{List}&minPosition={written.Headers.GetValues(MinPosition.Header).Single()}");
            return Assert.Single(list.Json.GetProperty("items").EnumerateArray()).GetProperty("status").GetString();
        }
    }

    [Fact]
    public async Task A_status_that_nothing_can_have_is_refused_with_those_there_are()
    {
        using var answer = await issuance.Registrar.GetAsync("credential-issuance/credentials?status=maybe", _cancellation);

        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_cancellation))!;
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request", "status"), (answer.StatusCode, (string?)problem["code"], (string?)problem["place"]));
        Assert.Equal("Ask for one of valid, suspended, revoked, expired, or leave it out.", (string?)problem["remedy"]);
    }

    [Fact]
    public async Task A_credential_expires_when_its_time_has_passed()
    {
        var awarded = await issuance.PostAsync("credential-issuance/credentials",
            new { achievementId = "first-aid", learnerId = "learner-expiry", reason = "Attended" });
        var id = Guid.Parse((string)awarded["id"]!);
        using var clock = new ExpiryClock(
            issuance.Service.Services.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Daemon), Store, new TomorrowsClock(), NullLogger<ExpiryClock>.Instance);

        await Eventually.TrueAsync(
            async () =>
            {
                await clock.ExpireDueAsync(_cancellation);
                return (await LoadCredentialAsync(id)).Status == CredentialStatus.Expired;
            },
            TimeSpan.FromSeconds(10), "the credential is expired", _cancellation);

        string whenIssued = Uri.EscapeDataString((await IssuedAtAsync(id)).ToString("O"));
        Assert.Equal("valid", (string?)(await issuance.GetAsync($"credential-issuance/credentials/{id}?at={whenIssued}"))["status"]);
    }

    [Fact]
    public async Task People_get_a_page_in_which_nothing_is_markup_but_ours()
    {
        var awarded = await issuance.PostAsync("credential-issuance/credentials",
            new { achievementId = "first-aid", learnerId = "learner-page", reason = "Attended" });
        using var request = new HttpRequestMessage(HttpMethod.Get, $"credentials/{Tenant}/{awarded["id"]}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
        using var page = await issuance.Anybody.SendAsync(request, _cancellation);

        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Contains("<h1>First &lt;aid&gt;</h1>", await page.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_from_before_there_were_lists_is_shown_and_revoked_all_the_same()
    {
        var id = Guid.CreateVersion7();
        string iri = $"https://pathways.test/credentials/{Tenant}/{id}";
        var work = new UnitOfWork(new EventContext(Tenant, "test", "old"));
        work.Append(Credential.StreamOf(id), 0, [new CredentialIssued(
            id, iri, "learner-old", "first-aid", "https://pathways.test/issuers/sophia/achievements/first-aid", 1, "First aid", "did:web:pathways.test:issuers:sophia",
            new AwardBasis(AwardBasis.Manual, Reason: "Once"), Credit: null, CreditUnit: null, Level: null, [], DateTimeOffset.UtcNow, ValidUntil: null, "{}", "a.b.c")]);
        Assert.Null((await Store.CommitAsync(work, _cancellation)).Rejection);

        await issuance.PostAsync($"credential-issuance/credentials/{id}/revoke", new { reason = "In error" });

        using var request = new HttpRequestMessage(HttpMethod.Get, $"credentials/{Tenant}/{id}");
        request.Headers.Accept.ParseAdd("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        using var page = await issuance.Anybody.SendAsync(request, _cancellation);
        Assert.Contains("revoked: In error", await page.Content.ReadAsStringAsync(_cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_institution_sees_and_changes_nothing()
    {
        var (id, _) = await AwardByResultAsync("learner-foreign");
        using var stranger = issuance.Service.Client("utah-state", "issue", "learners");

        using var read = await stranger.GetAsync($"credential-issuance/credentials/{id}", _cancellation);
        using var revoke = await stranger.PostAsJsonAsync($"credential-issuance/credentials/{id}/revoke", new { reason = "x" }, _cancellation);
        using var anonymous = await issuance.Anybody.GetAsync($"credential-issuance/credentials/{id}", _cancellation);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized], [read.StatusCode, revoke.StatusCode, anonymous.StatusCode]);
    }

    private async Task<(Guid Id, Awards Awards)> AwardByResultAsync(string learner)
    {
        await issuance.Service.DeliverAsync<LearningRecordReaction>(Recorded(learner, $"record-{learner}"));
        var awards = await LoadAwardsAsync("principles-of-finance", learner);
        return (Assert.Single(awards.Standing).Key, awards);
    }

    private async Task<JsonObject> AssertVerifiedAsync(string credential, bool expected)
    {
        var answer = await issuance.VerifyAsync(Encoding.UTF8.GetBytes(credential));
        Assert.True((bool)answer["verified"]! == expected, answer.ToJsonString());
        return answer;
    }

    private async Task<Awards> LoadAwardsAsync(string achievementId, string learner)
        => (await Store.LoadAsync(Tenant, Awards.StreamOf(achievementId, learner), Awards.Decider, _cancellation)).State;

    private async Task<Credential> LoadCredentialAsync(Guid id)
        => (await Store.LoadAsync(Tenant, Credential.StreamOf(id), Credential.Decider, _cancellation)).State;

    private async Task<DateTimeOffset> IssuedAtAsync(Guid id)
    {
        await foreach (var recorded in Store.ReadStreamAsync(Tenant, Credential.StreamOf(id), 0, _cancellation)) return recorded.RecordedAt;
        throw new InvalidOperationException($"There is no credential {id}.");
    }

    private IEventStore Store => issuance.Service.Services.GetRequiredService<IEventStore>();

    private static Messaging.Wire.IncomingEvent Recorded(string learner, string record, string outcome = "passed", decimal? score = 0.85m)
        => Deliveries.Incoming(Tenant, $"statement-{record}",
            new AchievementRecorded(learner, record, outcome, ActivityId, ActivityType: null, score, DateTimeOffset.UtcNow, "1"));

    private sealed class TomorrowsClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(1).AddMinutes(1);
    }
}
