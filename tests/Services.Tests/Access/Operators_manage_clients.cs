using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Pathways.Access;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.Access;

public sealed class Operators_manage_clients(AccessUnderTest access, TestServers servers) : IClassFixture<AccessUnderTest>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_needs_its_scope_and_refuses_unknown_members()
    {
        // With the keys of the test, so that tokens with any scope can be had.
        await using var service = await ServiceUnderTest.StartAsync(servers, AccessService.Definition);
        Assert.Empty(await RouteChecks.AuthorizationAsync(service));
        Assert.Empty(await RouteChecks.UnknownMembersAsync(service));
    }

    [Theory]
    [InlineData("utah-state", "operator", "scope-not-for-tenant")]
    [InlineData("utah-state", "fly", "scope-unknown")]
    [InlineData("*", "define", "client-tenant-needed")]
    [InlineData("Utah State", "define", "tenant-name-invalid")]
    [InlineData("-utah", "define", "tenant-name-invalid")]
    [InlineData("", "define", "tenant-name-invalid")]
    public async Task A_client_that_can_not_be_is_refused(string tenant, string scope, string code)
    {
        using var answer = await access.SendAsync(HttpMethod.Post, "/access/clients", new { tenant, scopes = new[] { scope } });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task The_secret_is_told_once_and_stored_nowhere()
    {
        var created = await access.CreateClientAsync("utah-state", "define");
        string clientId = created.GetProperty("clientId").GetString()!;
        string secret = created.GetProperty("clientSecret").GetString()!;
        using var shown = await access.SendAsync(HttpMethod.Get, $"/access/clients/{clientId}");
        Assert.DoesNotContain(secret, await shown.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);

        await using var database = NpgsqlDataSource.Create(access.Service.Database.DaemonConnectionString);
        await using var command = database.CreateCommand("select count(*) from events.mt_events where data::text like '%' || $1 || '%'");
        command.Parameters.Add(new() { Value = secret });
        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
        command.Parameters[0].Value = clientId;
        Assert.Equal(1L, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task They_are_listed_in_pages_without_their_secrets()
    {
        const string tenant = "listing";
        List<JsonElement> created = [];
        for (int i = 0; i < 3; i++) created.Add(await access.CreateClientAsync(tenant, "statements/write", "define"));
        await access.CreateClientAsync("listing-too", "define");
        string[] ids = [.. created.Select(client => client.GetProperty("clientId").GetString()!)];
        using (await access.SendAsync(HttpMethod.Post, $"/access/clients/{ids[1]}/revoke"))
        using (await access.SendAsync(HttpMethod.Post, $"/access/clients/{ids[2]}/rotate"))
        {
            var (first, next) = await PageAsync($"/access/clients?tenant={tenant}&limit=2");
            var (last, end) = await PageAsync($"/access/clients?tenant={tenant}&limit=2&after={next}");
            var listed = first.Concat(last).ToList();

            Assert.Equal((2, 1, (string?)null), (first.Count, last.Count, end));
            Assert.Equal(ids, listed.Select(client => client.GetProperty("clientId").GetString()));
            Assert.Equal([false, true, false], listed.Select(client => client.GetProperty("revoked").GetBoolean()));
            Assert.All(listed, client => Assert.Equal(["statements/write", "define"], client.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString())));
            Assert.All(listed, client => Assert.DoesNotContain("ecret", client.GetRawText(), StringComparison.Ordinal));
            Assert.Contains((await PageAsync("/access/clients?limit=200")).Items, client => client.GetProperty("tenant").GetString() == "listing-too");
        }
    }

    [Fact]
    public async Task Of_an_institution_that_nobody_knows_there_is_no_list()
    {
        using var answer = await access.SendAsync(HttpMethod.Get, "/access/clients?tenant=nobodys-tenant");
        Assert.Equal("tenant-unknown", (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task An_institution_is_added_once()
    {
        List<bool> added = [];
        for (int i = 0; i < 2; i++)
        {
            using var answer = await access.SendAsync(HttpMethod.Post, "/access/tenants", new { tenant = "added-once" });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            added.Add((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("added").GetBoolean());
        }
        Assert.Equal([true, false], added);
    }

    [Fact]
    public async Task An_institution_that_is_configured_is_not_added()
    {
        using var answer = await access.SendAsync(HttpMethod.Post, "/access/tenants", new { tenant = AccessUnderTest.ConfiguredTenant });
        Assert.False((await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("added").GetBoolean());

        await using var database = NpgsqlDataSource.Create(access.Service.Database.DaemonConnectionString);
        await using var command = database.CreateCommand("select count(*) from events.mt_events where stream_id = $1");
        command.Parameters.Add(new() { Value = $"tenant-{AccessUnderTest.ConfiguredTenant}" });
        Assert.Equal(0L, await command.ExecuteScalarAsync(Cancellation));
    }

    [Fact]
    public async Task What_operators_did_can_be_audited()
    {
        var created = await access.CreateClientAsync("utah-state", "define");
        string clientId = created.GetProperty("clientId").GetString()!;
        using var revoked = await access.SendAsync(HttpMethod.Post, $"/access/clients/{clientId}/revoke");
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        using var audit = await access.SendAsync(HttpMethod.Get, $"/access/audit/streams/client-{clientId}");
        var events = (await audit.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["client_created", "client_revoked"], events.Select(e => e.GetProperty("type").GetString()));
        Assert.All(events, e => Assert.Equal(AccessUnderTest.OperatorId, e.GetProperty("actor").GetString()));
    }

    private async Task<(List<JsonElement> Items, string? Next)> PageAsync(string path)
    {
        using var answer = await access.SendAsync(HttpMethod.Get, path);
        var page = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        return ([.. page.GetProperty("items").EnumerateArray()], page.TryGetProperty("next", out var next) ? next.GetString() : null);
    }

    [Fact]
    public async Task What_is_not_there_can_not_be_changed()
    {
        foreach (string act in new[] { "rotate", "revoke" })
        {
            using var answer = await access.SendAsync(HttpMethod.Post, $"/access/clients/nobody/{act}");
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task An_operator_stands_in_for_a_tenant_but_a_service_does_not()
    {
        await access.AddTenantAsync("utah-state");
        string token = await access.TokenAsync(
            AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", "utah-state"), ("scope", "learners recognise"));
        Assert.NotEmpty(token);
        using var withoutTenant = await access.AskAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("scope", "learners"));
        Assert.Equal(HttpStatusCode.BadRequest, withoutTenant.StatusCode);
        using var asService = await access.AskAsync(
            AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", "utah-state"), ("scope", "service"));
        Assert.Equal(HttpStatusCode.BadRequest, asService.StatusCode);
    }
}
