using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Pathways.Access.Clients;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.Access;

public sealed class Clients_get_tokens(AccessUnderTest access) : IClassFixture<AccessUnderTest>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_client_gets_a_token_that_the_published_keys_verify()
    {
        var client = await access.CreateClientAsync("utah-state", "define", "issue");
        string token = await access.TokenAsync(Text(client, "clientId"), Text(client, "clientSecret"));

        var keys = new JsonWebKeySet(await access.Http.GetStringAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), Cancellation));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = ServiceUnderTest.PublicOrigin,
            ValidAudience = "pathways",
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = ["ES256"],
            IssuerSigningKeys = keys.Keys,
        });
        Assert.True(result.IsValid, result.Exception?.Message);
        Assert.Equal("utah-state", result.Claims["tenant"]);
        Assert.Equal(Text(client, "clientId"), result.Claims["client_id"]);
        Assert.Equal("define issue", result.Claims["scope"]);
        var jwt = (JsonWebToken)result.SecurityToken;
        Assert.InRange(jwt.ValidTo - jwt.IssuedAt, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));
        Assert.All(keys.Keys, key => Assert.Null(key.D));
    }

    [Fact]
    public async Task Credentials_may_come_by_basic_authentication()
    {
        var client = await access.CreateClientAsync("hutchinson", "learners");
        using var answer = await access.AskBasicAsync(Text(client, "clientId"), Text(client, "clientSecret"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_client_gets_no_more_scopes_than_it_has()
    {
        var client = await access.CreateClientAsync("hutchinson", "learners", "define");
        using var narrower = await access.AskAsync(Text(client, "clientId"), Text(client, "clientSecret"), ("scope", "define"));
        Assert.Equal("define", (await narrower.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("scope").GetString());
        using var wider = await access.AskAsync(Text(client, "clientId"), Text(client, "clientSecret"), ("scope", "define issue"));
        await IsErrorAsync(wider, HttpStatusCode.BadRequest, "invalid_scope");
        Assert.Contains("define, learners.", await wider.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_who_asks_for_too_much_is_told_all_that_may_be_had_for_the_tenant()
    {
        await access.AddTenantAsync("hutchinson");
        using var answer = await access.AskAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", "hutchinson"), ("scope", "fly"));
        await IsErrorAsync(answer, HttpStatusCode.BadRequest, "invalid_scope");
        string told = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains("learners", told, StringComparison.Ordinal);
        Assert.DoesNotContain("service", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tenant", "hutchinson")]
    [InlineData("tenant", "*")]
    [InlineData("actor", "registrar")]
    public async Task A_tenants_client_can_not_act_for_others(string parameter, string value)
    {
        var client = await access.CreateClientAsync("utah-state", "define");
        using var answer = await access.AskAsync(Text(client, "clientId"), Text(client, "clientSecret"), (parameter, value));
        await IsErrorAsync(answer, HttpStatusCode.BadRequest, "unauthorized_client");
    }

    [Fact]
    public async Task An_operator_chooses_the_tenant_and_names_the_actor()
    {
        await access.AddTenantAsync("sophia");
        string token = await access.TokenAsync(
            AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", "sophia"), ("actor", "registrar"), ("scope", "define"));
        var jwt = new JsonWebToken(token);
        Assert.Equal("sophia", jwt.GetClaim("tenant").Value);
        Assert.Equal("registrar", jwt.GetClaim("actor").Value);
    }

    [Fact]
    public async Task An_operators_token_names_the_operator_when_it_names_nobody_else()
    {
        await access.AddTenantAsync("sophia");
        string token = await access.TokenAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", "sophia"), ("scope", "statements/read"));
        Assert.Equal(AccessUnderTest.OperatorId, new JsonWebToken(token).GetClaim("actor").Value);
    }

    [Fact]
    public async Task There_is_no_token_for_a_tenant_that_nobody_added()
    {
        using var answer = await access.AskAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", "utah-stat"), ("scope", "define"));
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);

        Assert.Equal((HttpStatusCode.BadRequest, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Equal(("tenant-unknown", "invalid_request"), (Text(problem, "code"), Text(problem, "error")));
        Assert.Contains("tenant add", Text(problem, "remedy"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tenant_is_known_when_it_was_added_and_is_added_once()
    {
        string tenant = $"college-{Guid.NewGuid():N}";
        await access.AddTenantAsync(tenant);
        await access.AddTenantAsync(tenant);

        Assert.NotEmpty(await access.TokenAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", tenant), ("scope", "define")));
        Assert.Single(await access.TenantsAsync(), item => item == tenant);
    }

    [Fact]
    public async Task A_client_does_not_make_a_tenant()
    {
        using var answer = await access.SendAsync(HttpMethod.Post, "/access/clients", new { tenant = "utah-stat", scopes = new[] { "define" } });

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        Assert.Equal((HttpStatusCode.BadRequest, "tenant-unknown", "/tenant"), (answer.StatusCode, Text(problem, "code"), Text(problem, "place")));
        Assert.DoesNotContain("utah-stat", await access.TenantsAsync());
    }

    [Fact]
    public async Task A_tenant_that_had_a_client_before_it_had_to_be_added_is_known()
    {
        string tenant = $"college-{Guid.NewGuid():N}";
        var work = new UnitOfWork(new EventContext("*", "operator", "before"));
        work.Append(Client.StreamOf(tenant), 0, [new ClientCreated(tenant, tenant, ["define"], "00")]);
        Assert.Null((await access.Service.Services.GetRequiredService<IEventStore>().CommitAsync(work, Cancellation)).Rejection);

        Assert.NotEmpty(await access.TokenAsync(AccessUnderTest.OperatorId, AccessUnderTest.OperatorSecret, ("tenant", tenant), ("scope", "define")));
    }

    [Theory]
    [InlineData("Utah")]
    [InlineData("-utah")]
    [InlineData("*")]
    public async Task What_is_no_slug_is_no_tenant(string tenant)
    {
        using var answer = await access.SendAsync(HttpMethod.Post, "/access/tenants", new { tenant });
        Assert.Equal("tenant-name-invalid", Text(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation), "code"));
    }

    [Fact]
    public async Task A_revoked_client_gets_no_token_from_then_on()
    {
        var client = await access.CreateClientAsync("utah-state", "define");
        using var revoked = await access.SendAsync(HttpMethod.Post, $"/access/clients/{Text(client, "clientId")}/revoke", new { reason = "Lost laptop" });
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        using var answer = await access.AskAsync(Text(client, "clientId"), Text(client, "clientSecret"));
        await IsErrorAsync(answer, HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Fact]
    public async Task After_a_rotation_only_the_new_secret_counts()
    {
        var client = await access.CreateClientAsync("utah-state", "define");
        using var rotated = await access.SendAsync(HttpMethod.Post, $"/access/clients/{Text(client, "clientId")}/rotate");
        string secret = Text(await rotated.Content.ReadFromJsonAsync<JsonElement>(Cancellation), "clientSecret");
        using var old = await access.AskAsync(Text(client, "clientId"), Text(client, "clientSecret"));
        await IsErrorAsync(old, HttpStatusCode.Unauthorized, "invalid_client");
        Assert.NotEmpty(await access.TokenAsync(Text(client, "clientId"), secret));
    }

    [Theory]
    [InlineData("unknown", "secret")]
    [InlineData(AccessUnderTest.OperatorId, "wrong")]
    [InlineData("x'; drop table events.log; --", "y")]
    public async Task Unknown_clients_and_wrong_secrets_look_the_same(string clientId, string secret)
    {
        using var answer = await access.AskAsync(clientId, secret);
        await IsErrorAsync(answer, HttpStatusCode.Unauthorized, "invalid_client");
        Assert.StartsWith("Basic", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_that_are_not_understood_get_the_errors_of_RFC_6749()
    {
        using var password = await access.AskFormAsync(("grant_type", "password"), ("username", "a"), ("password", "b"));
        await IsErrorAsync(password, HttpStatusCode.BadRequest, "unsupported_grant_type");
        using var nothing = await access.AskFormAsync(("client_id", "a"));
        await IsErrorAsync(nothing, HttpStatusCode.BadRequest, "invalid_request");
        using var twice = await access.AskAsync("a", "b", ("scope", "define"), ("scope", "issue"));
        await IsErrorAsync(twice, HttpStatusCode.BadRequest, "invalid_request");
        using var json = await access.Http.PostAsJsonAsync("/oauth/token", new { grant_type = "client_credentials" }, Cancellation);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
    }

    [Fact]
    public async Task Metadata_say_where_everything_is()
    {
        var metadata = await access.Http.GetFromJsonAsync<JsonElement>("/.well-known/oauth-authorization-server", Cancellation);
        Assert.Equal(ServiceUnderTest.PublicOrigin, Text(metadata, "issuer"));
        Assert.Equal($"{ServiceUnderTest.PublicOrigin}/oauth/token", Text(metadata, "token_endpoint"));
        Assert.Equal($"{ServiceUnderTest.PublicOrigin}/.well-known/jwks.json", Text(metadata, "jwks_uri"));
    }

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;

    private static async Task IsErrorAsync(HttpResponseMessage answer, HttpStatusCode status, string error)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(error, Text(await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation), "error"));
    }
}
