using Microsoft.Extensions.Configuration;
using Pathways.WebDefaults.Outbound;

namespace Pathways.Messaging;

/// <summary>What the environment tells this service about the broker and its neighbours.</summary>
/// <param name="Service">This service's name.</param>
/// <param name="Broker">AMQP URI with user, password and virtual host.</param>
/// <param name="Peers">Base URIs of the services whose events it takes.</param>
/// <param name="Access">Where to get tokens for calling them; null: they are called without.</param>
public sealed record MessagingOptions(string Service, Uri Broker, IReadOnlyDictionary<string, Uri> Peers, AccessOptions? Access)
{
    public static MessagingOptions From(string service, IConfiguration configuration) => new(
        service,
        new Uri(configuration["RabbitMq:Uri"] ?? throw new InvalidOperationException("RabbitMq:Uri is not configured.")),
        configuration.GetSection("Pathways:Peers").GetChildren().ToDictionary(peer => peer.Key, peer => new Uri(peer.Value!)),
        configuration["Access:Url"] is not null
            ? new AccessOptions(configuration.AccessAddress("oauth/token"), configuration["Access:ClientId"] ?? "", configuration["Access:ClientSecret"] ?? "")
            : null);
}

/// <summary>Access's token endpoint, and this service's credentials there.</summary>
public sealed record AccessOptions(Uri TokenEndpoint, string ClientId, string ClientSecret);
