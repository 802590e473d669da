using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pathways.Access;
using Pathways.Access.Clients;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests.Access;

/// <summary>Access with one configured operator, whose secret the test knows.</summary>
public sealed class AccessUnderTest(TestServers servers) : IAsyncLifetime
{
    public const string OperatorId = "operator";
    public const string OperatorSecret = "the-operators-secret";
    public const string ConfiguredTenant = "configured-college";
    public const string ServiceId = "learning-record";
    public const string ServiceSecret = "the-services-secret";

    private readonly string _clients = Path.GetTempFileName();

    public ServiceUnderTest Service { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_clients, JsonSerializer.Serialize(new[]
        {
            new { clientId = OperatorId, secretSha256 = ClientSecret.Sha256Of(OperatorSecret), tenant = "*", scopes = new[] { "operator", "define", "issue" } },
            new { clientId = "college", secretSha256 = ClientSecret.Sha256Of("the-colleges-secret"), tenant = ConfiguredTenant, scopes = new[] { "define" } },
            new { clientId = ServiceId, secretSha256 = ClientSecret.Sha256Of(ServiceSecret), tenant = "*", scopes = new[] { "service" } },
        }));
        Service = await ServiceUnderTest.StartAsync(
            servers, AccessService.Definition, new Dictionary<string, string?> { ["Access:BootstrapClients"] = _clients }, ownKeys: true);
        Http = Service.Client();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Service.DisposeAsync();
        File.Delete(_clients);
    }

    public Task<HttpResponseMessage> AskAsync(string clientId, string secret, params (string Name, string Value)[] parameters)
        => AskFormAsync([("grant_type", "client_credentials"), ("client_id", clientId), ("client_secret", secret), .. parameters]);

    public Task<HttpResponseMessage> AskFormAsync(params (string Name, string Value)[] form)
        => Http.PostAsync(
            new Uri("/oauth/token", UriKind.Relative),
            new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public Task<HttpResponseMessage> AskBasicAsync(string user, string password)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("grant_type", "client_credentials")]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        return Http.SendAsync(request);
    }

    public async Task<string> TokenAsync(string clientId, string secret, params (string Name, string Value)[] parameters)
    {
        using var answer = await AskAsync(clientId, secret, parameters);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, object? body = null, string? token = null)
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? await TokenAsync(OperatorId, OperatorSecret, ("scope", "operator")));
        return await Http.SendAsync(request);
    }

    public async Task AddTenantAsync(string tenant)
    {
        using var answer = await SendAsync(HttpMethod.Post, "/access/tenants", new { tenant });
        answer.EnsureSuccessStatusCode();
    }

    public async Task<List<string?>> TenantsAsync()
    {
        using var answer = await SendAsync(HttpMethod.Get, "/access/tenants");
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("tenants").EnumerateArray().Select(tenant => tenant.GetString())];
    }

    public Task<JsonElement> CreateClientAsync(string tenant, params string[] scopes) => CreateClientAsync(new { tenant, scopes });

    /// <summary>Of an institution that is added first.</summary>
    public async Task<JsonElement> CreateClientAsync(object client)
    {
        if (JsonSerializer.SerializeToElement(client).GetProperty("tenant").GetString() is { } tenant and not "*") await AddTenantAsync(tenant);
        using var answer = await SendAsync(HttpMethod.Post, "/access/clients", client);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
