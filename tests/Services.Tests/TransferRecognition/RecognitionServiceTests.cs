using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Pathways.Contracts.CredentialIssuance.V1;
using Pathways.LinkedData;
using Xunit;
using static Pathways.Services.Tests.TransferRecognition.RecognitionUnderTest;

namespace Pathways.Services.Tests.TransferRecognition;

public sealed class RecognitionServiceTests(RecognitionUnderTest house) : IClassFixture<RecognitionUnderTest>
{
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recognises_a_known_credential_at_once_by_the_agreement()
    {
        await house.ConcludeAsync("known", "KNOWN-1");
        await house.IssueAsync("known", "KNOWN-1");

        var recognition = await house.AskAsync("known");

        Assert.Equal("recognised", (string?)recognition["status"]);
        Assert.Equal(("known", 1, "finance", 3m), ((string)recognition["credit"]!["agreementId"]!, (int)recognition["credit"]!["agreementVersion"]!,
            (string)recognition["credit"]!["clauseId"]!, (decimal)recognition["credit"]!["amount"]!));
        var list = await GetAsync(house.Receiver, "transfer-recognition/recognitions?learnerId=learner-at-hutchinson&status=recognised");
        Assert.Contains(list["items"]!.AsArray(), item => (string?)item!["id"] == (string?)recognition["id"]);
    }

    [Fact]
    public async Task A_status_that_nothing_can_have_is_refused_with_those_there_are()
    {
        using var answer = await house.Receiver.GetAsync("transfer-recognition/recognitions?status=maybe", _cancellation);

        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_cancellation))!;
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request", "status"), (answer.StatusCode, (string?)problem["code"], (string?)problem["place"]));
        Assert.Equal("Ask for one of pending, recognised, refused, inReview, withdrawn, or leave it out.", (string?)problem["remedy"]);
    }

    [Fact]
    public async Task Decides_when_the_credential_comes_to_be_known()
    {
        await house.ConcludeAsync("later", "LATER-1");
        var recognition = await house.AskAsync("later");
        Assert.Equal("pending", (string?)recognition["status"]);

        await house.IssueAsync("later", "LATER-1");

        await house.StatusAsync(recognition, "recognised");
    }

    [Fact]
    public async Task A_revocation_withdraws_and_a_reinstatement_decides_anew()
    {
        await house.ConcludeAsync("fallen", "FALLEN-1");
        await house.IssueAsync("fallen", "FALLEN-1");
        var recognition = await house.AskAsync("fallen");

        await house.TellAsync("fallen", new CredentialSuspended(CredentialId("fallen"), "learner-at-sophia", "a", "Review", DateTimeOffset.UtcNow));
        await house.StatusAsync(recognition, "withdrawn");
        await house.TellAsync("fallen", new CredentialReinstated(CredentialId("fallen"), "learner-at-sophia", "a", "Cleared", DateTimeOffset.UtcNow));
        await house.StatusAsync(recognition, "recognised");
        await house.TellAsync("fallen", new CredentialRevoked(CredentialId("fallen"), "learner-at-sophia", "a", "Voided", DateTimeOffset.UtcNow));
        await house.StatusAsync(recognition, "withdrawn");
    }

    [Fact]
    public async Task Refuses_by_the_agreement_and_keeps_the_code()
    {
        await house.ConcludeAsync("low", "LOW-1", minScore: 0.9m);
        await house.IssueAsync("low", "LOW-1", score: 0.85m);

        Assert.Equal("score-too-low", (string?)(await house.AskAsync("low"))["code"]);
    }

    [Fact]
    public async Task An_unknown_unit_waits_for_a_person_who_settles_it()
    {
        using var proposed = await house.Receiver.PutAsJsonAsync("transfer-recognition/agreements/ects", new
        {
            title = "European credit", sendingInstitution = Sending, effectiveFrom = "2020-01-01T00:00:00Z",
            clauses = new[]
            {
                new
                {
                    id = "ects", title = "ECTS", covers = new[] { "ECTS-1" }, countsAs = new[] { "FN101" },
                    award = new
                    {
                        unit = "creditUnit:SemesterHour",
                        conversion = new { fromUnit = "ECTS", numerator = 1, denominator = 2, basis = "year-load", rounding = new { mode = "down", quantum = 0.5 } },
                    },
                },
            },
        }, _cancellation);
        string hash = (string)JsonNode.Parse(await proposed.Content.ReadAsStringAsync(_cancellation))!["termsHash"]!;
        await PostAsync(house.Sender, "transfer-recognition/agreements/ects/sign", new { termsHash = hash });
        var signed = await PostAsync(house.Receiver, "transfer-recognition/agreements/ects/sign", new { termsHash = hash });
        Assert.True((bool)signed["concluded"]!);
        await house.IssueAsync("ects", "ECTS-1");

        var recognition = await house.AskAsync("ects");
        Assert.Equal(("inReview", "unknown-unit"), ((string)recognition["status"]!, (string)recognition["code"]!));

        var settled = await PostAsync(
            house.Receiver, $"transfer-recognition/recognitions/{recognition["id"]}/settle", new { amount = 3, reason = "As FN 101" });
        Assert.Equal("recognised", (string?)settled["status"]);
    }

    [Fact]
    public async Task Does_not_look_into_credentials_without_an_agreement()
    {
        using var stranger = house.Service.Client("utah-state", "define", "recognise");
        await house.IssueAsync("private", "PRIVATE-1");

        var refused = await PostAsync(stranger, "transfer-recognition/recognitions", new { learnerId = "learner-u", credentialId = CredentialId("private") });

        Assert.Equal("no-agreement", (string?)refused["code"]);
    }

    [Fact]
    public async Task A_credential_counts_for_one_learner_also_when_two_ask_at_once()
    {
        await house.ConcludeAsync("once", "ONCE-1");
        await house.IssueAsync("once", "ONCE-1");

        var answers = await Task.WhenAll(new[] { "learner-a", "learner-b" }.Select(learner => house.Receiver.PostAsJsonAsync(
            "transfer-recognition/recognitions", new { learnerId = learner, credentialId = CredentialId("once") }, _cancellation)));

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Conflict], answers.Select(answer => answer.StatusCode).Order());
    }

    [Fact]
    public async Task The_terms_hash_is_over_canonical_json_that_anyone_can_recompute()
    {
        string hash = await house.ProposeAsync("hashed", "HASH-1");

        var seenBySender = await GetAsync(house.Sender, "transfer-recognition/agreements/hashed");
        var terms = seenBySender["proposal"]!["terms"]!;
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(Jcs.Canonicalize(terms))));
    }

    [Fact]
    public async Task Nobody_but_the_parties_sees_or_signs()
    {
        string hash = await house.ProposeAsync("closed", "CLOSED-1");
        using var stranger = house.Service.Client("utah-state", "define");

        using var read = await stranger.GetAsync("transfer-recognition/agreements/closed", _cancellation);
        using var sign = await stranger.PostAsJsonAsync("transfer-recognition/agreements/closed/sign", new { termsHash = hash }, _cancellation);
        using var wrongHash = await house.Sender.PostAsJsonAsync("transfer-recognition/agreements/closed/sign", new { termsHash = "00" }, _cancellation);

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Conflict], [read.StatusCode, sign.StatusCode, wrongHash.StatusCode]);
    }

    [Fact]
    public async Task Imports_a_transfer_value_profile_into_a_clause()
    {
        using var body = new StringContent(
            """
            {"@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1", "ceterms:name": "Finance",
             "ceterms:transferValue": {"schema:value": 3, "ceterms:creditUnitType": "creditUnit:DegreeCredit"}}
            """);
        using var answer = await house.Receiver.PostAsync("transfer-recognition/import/transfer-value", body, _cancellation);
        var import = JsonNode.Parse(await answer.Content.ReadAsStringAsync(_cancellation))!;
        Assert.Equal("creditUnit:DegreeCredit", (string?)import["clauses"]![0]!["award"]!["unit"]);
        Assert.Equal("counts-as-missing", (string?)import["warnings"]![0]!["code"]);

        using var refused = await house.Receiver.PostAsync("transfer-recognition/import/transfer-value", new StringContent("{"), _cancellation);
        var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync(_cancellation))!;
        Assert.Equal(("import-not-json", "line 1, column 2"), ((string)problem["code"]!, (string)problem["place"]!));
    }
}
