using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.Shared.Tests.EventStore;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.WebDefaults;

public sealed class Reads_of_learners_are_recorded(TallyUnderTest tally, PostgresFixture postgres) : IClassFixture<TallyUnderTest>
{
    private readonly string _learner = $"learner-{Guid.NewGuid():N}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Before_the_answer_with_who_why_and_when()
    {
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        var before = DateTimeOffset.UtcNow;
        using var response = await ReadAsync(staff, purpose: "degree-audit");
        Assert.Equal(200, (int)response.StatusCode);

        var disclosure = Assert.Single(await DisclosuresAsync(staff));

        Assert.Equal(("degree-audit", true, "/tally/{id}/of/{learner}"), (disclosure.Purpose, disclosure.PurposeStated, disclosure.Route));
        Assert.NotEmpty(disclosure.ClientId);
        Assert.InRange(disclosure.At, before.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1));
        var events = tally.Service.Services.GetRequiredService<Pathways.EventStore.Integrity.AuditLog>();
        Assert.Contains(_learner, (await events.EventAsync(TallyUnderTest.Tenant, disclosure.EventId, Ct))!.Event.Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_what_the_route_is_for_when_nobody_states_a_purpose()
    {
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using var response = await ReadAsync(staff);

        var disclosure = Assert.Single(await DisclosuresAsync(staff));

        Assert.Equal((Purpose.Advising, false), (disclosure.Purpose, disclosure.PurposeStated));
    }

    [Fact]
    public async Task And_refused_for_a_purpose_that_is_none()
    {
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using var response = await ReadAsync(staff, purpose: "curiosity about Maria");

        var problem = (await response.Content.ReadFromJsonAsync<Problem>(Ct))!;
        Assert.Equal((400, "purpose-unknown", Purpose.Header), ((int)response.StatusCode, problem.Code, problem.Place));
        Assert.Contains("degree-audit", problem.Remedy!, StringComparison.Ordinal);
        Assert.Empty(await DisclosuresAsync(staff));
    }

    [Fact]
    public async Task Not_when_nothing_was_shown()
    {
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using var response = await staff.GetAsync($"/tally/none/of/{_learner}", Ct);

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Empty(await DisclosuresAsync(staff));
    }

    [Fact]
    public async Task Each_of_many_at_once_and_listed_page_by_page()
    {
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        var responses = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => ReadAsync(staff)));
        foreach (var response in responses) response.Dispose();

        var first = (await staff.GetFromJsonAsync<Page<DisclosureView>>($"/tally/learners/{_learner}/disclosures?limit=50", Ct))!;
        var second = (await staff.GetFromJsonAsync<Page<DisclosureView>>($"/tally/learners/{_learner}/disclosures?limit=50&after={first.Next}", Ct))!;

        Assert.Equal((50, 10), (first.Items.Count, second.Items.Count));
        Assert.Equal(60, first.Items.Concat(second.Items).Select(item => item.EventId).Distinct().Count());
    }

    [Fact]
    public async Task Together_when_a_system_reads_all_the_time_and_none_is_missing()
    {
        using var system = tally.Service.Client(TallyUnderTest.Tenant, Scopes.StatementsRead);
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        for (int i = 0; i < 40; i++) using (await system.GetAsync($"/tally/t1/watched/{_learner}", Ct)) { }
        var events = tally.Service.Services.GetRequiredService<Pathways.EventStore.Integrity.AuditLog>();

        int told = 0;
        IReadOnlyList<DisclosureView> disclosures = [];
        await Eventually.TrueAsync(
            async () =>
            {
                disclosures = await DisclosuresAsync(staff);
                var recorded = await Task.WhenAll(disclosures.Select(disclosure => events.EventAsync(TallyUnderTest.Tenant, disclosure.EventId, Ct)));
                told = recorded.Sum(found => JsonNode.Parse(found!.Event.Data)!["Reads"]?.GetValue<int>() ?? 1);
                return told >= 40;
            },
            TimeSpan.FromSeconds(20), "every read is told", Ct);

        Assert.Equal(40, told);
        Assert.InRange(disclosures.Count, 1, 39);
    }

    /// <summary>A crash right after the answer loses nothing: another connection sees the event before the answer is there.</summary>
    [Theory]
    [InlineData(Scopes.Learners, null)]
    [InlineData(Scopes.StatementsRead, "office-2")]
    [InlineData(Scopes.StatementsRead, "test-client")]
    public async Task And_committed_with_the_answer_to_staff_also_where_systems_need_not_wait(string scope, string? actor)
    {
        var claims = tally.Service.Issuer.Claims(TallyUnderTest.Tenant, scope, Scopes.StatementsRead);
        if (actor is not null) claims["actor"] = actor;
        using var staff = tally.Service.Client();
        staff.DefaultRequestHeaders.Authorization = new("Bearer", tally.Service.Issuer.Sign(claims, new Dictionary<string, object>()));
        await using var database = NpgsqlDataSource.Create(tally.Service.Database.DaemonConnectionString);
        await using var connection = await database.OpenConnectionAsync(Ct);
        await using var recorded = new NpgsqlCommand("select count(*) from events.disclosures where learner_id = $1", connection) { Parameters = { new() { Value = _learner } } };
        for (long read = 1; read <= 5; read++)
        {
            using (await staff.GetAsync($"/tally/t1/watched/{_learner}", Ct)) Assert.Equal(read, await recorded.ExecuteScalarAsync(Ct));
        }
    }

    [Fact]
    public async Task Or_not_answered_to_staff_while_a_system_is_still_told()
    {
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Definition);
        using var staff = service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using var system = service.Client(TallyUnderTest.Tenant, Scopes.StatementsRead);
        await using (var owner = NpgsqlDataSource.Create(service.Database.OwnerConnectionString))
        await using (var broken = owner.CreateCommand("alter table events.disclosures rename to gone")) await broken.ExecuteNonQueryAsync(Ct);

        using var refused = await staff.GetAsync($"/tally/t1/watched/{_learner}", Ct);
        using var answered = await system.GetAsync($"/tally/t1/watched/{_learner}", Ct);

        Assert.Equal((503, 200), ((int)refused.StatusCode, (int)answered.StatusCode));
    }

    [Fact]
    public async Task For_the_own_institution_only()
    {
        using var staff = tally.Service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using (await ReadAsync(staff)) { }
        using var elsewhere = tally.Service.Client("hutchinson", Scopes.Learners);

        Assert.Empty(await DisclosuresAsync(elsewhere));
    }

    [Fact]
    public async Task Or_not_answered_at_all()
    {
        await using var service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Definition);
        using var staff = service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using (var recorded = await ReadAsync(staff)) Assert.Equal(200, (int)recorded.StatusCode);
        await using (var owner = NpgsqlDataSource.Create(service.Database.OwnerConnectionString))
        await using (var broken = owner.CreateCommand("alter table events.disclosures rename to gone")) await broken.ExecuteNonQueryAsync(Ct);

        using var response = await ReadAsync(staff);

        Assert.Equal(503, (int)response.StatusCode);
    }

    [Fact]
    public async Task With_a_purpose_that_must_be_stated_where_the_institution_wants_it()
    {
        await using var service = await ServiceUnderTest.StartAsync(
            postgres.Server, Tally.Definition, new Dictionary<string, string?> { ["Disclosures:StatePurpose"] = "true" });
        using var staff = service.Client(TallyUnderTest.Tenant, Scopes.Learners);
        using var silent = await ReadAsync(staff);
        using var stated = await ReadAsync(staff, purpose: "legal-order");
        using var otherService = service.Client(TallyUnderTest.Tenant, Scopes.Service);
        using var asked = await ReadAsync(otherService);

        Assert.Equal("purpose-missing", (await silent.Content.ReadFromJsonAsync<Problem>(Ct))!.Code);
        Assert.Equal((400, 200, 200), ((int)silent.StatusCode, (int)stated.StatusCode, (int)asked.StatusCode));
    }

    private async Task<HttpResponseMessage> ReadAsync(HttpClient client, string? purpose = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/tally/t1/of/{_learner}");
        if (purpose is not null) request.Headers.Add(Purpose.Header, purpose);
        return await client.SendAsync(request, Ct);
    }

    private async Task<IReadOnlyList<DisclosureView>> DisclosuresAsync(HttpClient client)
        => (await client.GetFromJsonAsync<Page<DisclosureView>>($"/tally/learners/{_learner}/disclosures", Ct))!.Items;
}
