using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using NpgsqlTypes;
using Pathways.EventStore;
using Pathways.EventStore.Reading;
using Pathways.WebDefaults;

namespace Pathways.Access.Clients;

/// <summary>
/// Who may ask for tokens: the clients that the installation is configured with (the services themselves, the first
/// operator), and those that operators created. Read from the stream each time, so a revocation counts at once.
/// </summary>
public sealed class ClientDirectory(ConfiguredClients configured, IEventStore store, TenantReader reader, EventTypes types)
{
    /// <summary>Clients are administered above the tenants; their streams are in none.</summary>
    public const string Tenant = Caller.AllTenants;

    private const int LongestId = 64;

    /// <summary>Null when there is none with this id and secret, or it is revoked.</summary>
    public async Task<Client?> AuthenticateAsync(string clientId, string secret, CancellationToken cancellation)
    {
        var client = configured.Find(clientId) ?? (await FindAsync(clientId, cancellation)).State;
        return client is { IsRevoked: false } && ClientSecret.Matches(secret, client.SecretSha256) ? client : null;
    }

    /// <summary>A client that an operator created.</summary>
    public async Task<Loaded<Client?>> FindAsync(string clientId, CancellationToken cancellation)
        => clientId.Length is 0 or > LongestId
            ? new Loaded<Client?>(State: null, Version: 0)
            : await store.LoadAsync(Tenant, Client.StreamOf(clientId), Client.Decider, cancellation);

    /// <summary>Clients that operators created, in the order of their ids, which is that of their creation.</summary>
    /// <param name="tenant">Null for all.</param>
    public async Task<IReadOnlyList<Client>> ListAsync(string? tenant, string after, int limit, CancellationToken cancellation)
    {
        var events = await reader.QueryAsync(
            Tenant,
            """
            select e.stream_id, e.type, e.data from
            (
                select c.stream_id from events.mt_events c
                where c.tenant_id = $1 and c.type = 'client_created' and c.stream_id > $2 and ($3::text is null or c.data ->> 'Tenant' = $3)
                order by c.stream_id limit $4
            ) page
            join events.mt_events e on e.tenant_id = $1 and e.stream_id = page.stream_id
            order by e.stream_id, e.version
            """,
            [
                new() { Value = Tenant }, new() { Value = Client.StreamOf(after) },
                new() { Value = (object?)tenant ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = limit },
            ],
            row => (Stream: row.GetString(0), Event: types.Read(row.GetString(1), row.GetString(2))),
            cancellation);
        return [.. events.GroupBy(row => row.Stream, row => row.Event).Select(client => Client.Decider.Fold(Client.Decider.Initial, client)!)];
    }
}

/// <summary>The clients in the JSON file <c>Access:BootstrapClients</c>. Their secrets are kept by whoever wrote the file.</summary>
public sealed class ConfiguredClients
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { RespectRequiredConstructorParameters = true };

    private readonly FrozenDictionary<string, Client> _clients;

    public ConfiguredClients(IConfiguration configuration)
    {
        string? file = configuration["Access:BootstrapClients"];
        Entry[] entries = file is { Length: > 0 } ? JsonSerializer.Deserialize<Entry[]>(File.ReadAllText(file), Json) ?? [] : [];
        foreach (string scope in entries.SelectMany(entry => entry.Scopes).Where(scope => !Scopes.All.Contains(scope)))
            throw new InvalidOperationException($"Access:BootstrapClients: '{scope}' is not a scope.");
        _clients = entries.ToFrozenDictionary(
            entry => entry.ClientId,
            entry => new Client(entry.ClientId, entry.Tenant, entry.Scopes, entry.SecretSha256, IsRevoked: false));
    }

    public IEnumerable<string> Tenants => _clients.Values.Select(client => client.Tenant);

    public Client? Find(string clientId) => _clients.GetValueOrDefault(clientId);

    private sealed record Entry(string ClientId, string SecretSha256, string Tenant, ImmutableArray<string> Scopes);
}
