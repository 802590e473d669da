using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Messaging.Topology;
using Pathways.WebDefaults.Outbound;

namespace Pathways.Messaging.Feed;

/// <summary>A broker user as RabbitMQ has it.</summary>
/// <param name="PasswordHash">As <see cref="InstitutionUsers.HashOf"/> makes it.</param>
/// <param name="Reads">The queues that it may read; null when it has no rights here, or more than to read.</param>
public sealed record BrokerUser(string PasswordHash, string? Reads);

/// <summary>
/// Broker users of institutions, by RabbitMQ's management HTTP API. One may read its institution's own queues and do nothing
/// else: publish nothing, declare nothing, bind nothing. Our own user must be an administrator: RabbitMQ knows nothing smaller that makes users.
/// </summary>
public sealed class InstitutionUsers(IConfiguration configuration, DependencyHttp http)
{
    private const string Nothing = "^$";

    /// <summary>A consumer needs one connection and a channel or two; an institution that loses its own must not use up the broker's.</summary>
    private const int MostConnections = 20;
    private const int MostChannels = 100;

    private readonly Administration? _administration = Administration.Of(configuration);

    /// <summary>Whether <c>RabbitMq:Management</c> is configured, beside <c>RabbitMq:Uri</c>.</summary>
    public bool CanBeAdministered => _administration is not null;

    /// <summary>RabbitMQ, "Credentials and Passwords": salt (32 bits) and SHA-256 of salt and password, in Base64.</summary>
    public static string HashOf(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(4);
        return Convert.ToBase64String([.. salt, .. SHA256.HashData([.. salt, .. Encoding.UTF8.GetBytes(password)])]);
    }

    /// <summary>All users of the broker.</summary>
    public async Task<IReadOnlyDictionary<string, BrokerUser>> AllAsync(CancellationToken cancellation)
    {
        var rights = (await GetAsync<List<PermissionEntry>>($"vhosts/{Vhost}/permissions", cancellation))
            .Where(entry => entry is { Configure: Nothing, Write: Nothing })
            .ToDictionary(entry => entry.User, entry => entry.Read);
        var users = await GetAsync<List<UserEntry>>("users", cancellation);
        return users.ToDictionary(user => user.Name, user => new BrokerUser(user.PasswordHash ?? "", rights.GetValueOrDefault(user.Name)));
    }

    /// <summary>
    /// Makes the user anew: what is open with an earlier secret is closed. The rights come last, so that a user without them was
    /// interrupted in the making.
    /// </summary>
    public async Task MakeAsync(string user, string tenant, string passwordHash, CancellationToken cancellation)
    {
        await EndAsync(user, cancellation);
        await PutAsync($"users/{Escaped(user)}", new { password_hash = passwordHash, hashing_algorithm = "rabbit_password_hashing_sha256", tags = "" }, cancellation);
        await PutAsync($"user-limits/{Escaped(user)}/max-connections", new { value = MostConnections }, cancellation);
        await PutAsync($"user-limits/{Escaped(user)}/max-channels", new { value = MostChannels }, cancellation);
        await PutAsync(
            $"permissions/{Vhost}/{Escaped(user)}", new { configure = Nothing, write = Nothing, read = BrokerTopology.AllOfInstitution(tenant) }, cancellation);
    }

    /// <summary>Deletes the user, then closes what it has open: in this order, so that nothing is opened between.</summary>
    public async Task EndAsync(string user, CancellationToken cancellation)
    {
        await SendAsync(HttpMethod.Delete, $"users/{Escaped(user)}", body: null, cancellation);
        await SendAsync(HttpMethod.Delete, $"connections/username/{Escaped(user)}", body: null, cancellation);
    }

    private string Vhost => Escaped(Configured.VirtualHost);

    private Administration Configured => _administration ?? throw new InvalidOperationException("RabbitMq:Management is not configured.");

    private static string Escaped(string name) => Uri.EscapeDataString(name);

    private async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var response = await http.SendAsync(Dependency.BrokerManagement, () => Request(HttpMethod.Get, path, body: null), cancellation);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<T>(Json, cancellation) ?? throw new JsonException($"RabbitMQ answers nothing to {path}.");
    }

    private Task PutAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Put, path, body, cancellation);

    private async Task SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellation)
    {
        using var response = await http.SendAsync(Dependency.BrokerManagement, () => Request(method, path, body), cancellation);
        // What is to be deleted may be gone already.
        if (method == HttpMethod.Delete && response.StatusCode is HttpStatusCode.NotFound) return;
        response.EnsureSuccessStatusCode();
    }

    private HttpRequestMessage Request(HttpMethod method, string path, object? body) => new(method, new Uri(Configured.Management, $"api/{path}"))
    {
        Headers = { Authorization = Configured.Credentials },
        Content = body is null ? null : JsonContent.Create(body),
    };

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record UserEntry(string Name, string? PasswordHash);

    private sealed record PermissionEntry(string User, string Configure, string Write, string Read);

    private sealed record Administration(Uri Management, AuthenticationHeaderValue Credentials, string VirtualHost)
    {
        public static Administration? Of(IConfiguration configuration)
        {
            if (configuration["RabbitMq:Management"] is not { } management || configuration["RabbitMq:Uri"] is not { } uri) return null;
            var broker = new Uri(uri);
            string credentials = Uri.UnescapeDataString(broker.UserInfo);
            return new Administration(
                new Uri(management),
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))),
                broker.AbsolutePath.Length > 1 ? Uri.UnescapeDataString(broker.AbsolutePath[1..]) : "/");
        }
    }
}

public static class InstitutionUsersServices
{
    /// <summary>For a service that has no other part in messaging.</summary>
    public static IServiceCollection AddInstitutionUsers(this IServiceCollection services) => services.AddDependencyHttp().AddSingleton<InstitutionUsers>();
}
