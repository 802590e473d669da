using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Nodes;

namespace Pathways.LocalHost;

/// <summary>
/// Whose data there is, is an institution of this installation. A data directory can be older than Access's list of them, and
/// nobody gets a token for an institution that is not in it.
/// </summary>
public sealed class StoredTenants(PostgresNode postgres, Uri access, OperatorClient client)
{
    // One step per tenant along the primary key: a 'distinct' would walk every stream at every start.
    private const string Sql =
        """
        with recursive known (tenant) as (
          select min(tenant_id) from events.mt_streams
          union all
          select (select min(s.tenant_id) from events.mt_streams s where s.tenant_id > known.tenant) from known where known.tenant is not null)
        select tenant from known where tenant ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'
        """;

    /// <returns>Those that Access did not know.</returns>
    public async Task<IReadOnlyList<string>> AddAsync(IEnumerable<string> databases, CancellationToken ct)
    {
        var stored = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var database in databases) stored.UnionWith((await postgres.SqlAsync(Sql, ct, database)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
        if (stored.Count == 0) return [];

        using var http = new HttpClient { BaseAddress = access };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(http, ct));
        var listed = await http.GetFromJsonAsync<JsonObject>("access/tenants", ct);
        stored.ExceptWith(listed!["tenants"]!.AsArray().Select(tenant => (string)tenant!));
        foreach (var tenant in stored)
        {
            using var added = await http.PostAsJsonAsync("access/tenants", new { tenant }, ct);
            added.EnsureSuccessStatusCode();
        }

        return [.. stored];
    }

    private async Task<string> TokenAsync(HttpClient http, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "oauth/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("scope", "operator")]),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.ClientId}:{client.ClientSecret}")));
        using var response = await http.SendAsync(request, ct);
        return (string)(await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>(ct))!["access_token"]!;
    }
}
