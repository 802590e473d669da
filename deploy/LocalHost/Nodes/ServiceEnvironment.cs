using Pathways.LocalHost.Description;

namespace Pathways.LocalHost.Nodes;

/// <summary>What a service is told when it starts: the whole of its configuration.</summary>
public static class ServiceEnvironment
{
    public const string Owner = "ConnectionStrings__Owner";

    /// <param name="door">The one public door, as it is reached from here.</param>
    public static Dictionary<string, string> Of(
        Service service, int replica, Topology topology, DataDirectory data, Secrets secrets, string origin, string door,
        DatabaseAccess? database, RabbitNode broker)
    {
        var environment = new Dictionary<string, string>(service.Environment)
        {
            ["ASPNETCORE_URLS"] = service.Url(replica),
            ["Pathways__Service"] = service.Name,
            ["Pathways__PublicOrigin"] = origin,
            ["Pathways__Secrets"] = data.SecretsOf(service.Name),
            ["Pathways__Heads"] = data.Heads,
            ["Access__Url"] = topology.Service("access").PeerUrl(door),
            ["Access__ClientId"] = service.Name,
            ["Access__ClientSecret"] = secrets[$"client {service.Name}"],
        };
        foreach (var peer in topology.Services) environment[$"Pathways__Peers__{peer.Name}"] = peer.PeerUrl(door);
        if (service.HasBroker) environment["RabbitMq__Uri"] = broker.Uri(service.Name);
        if (service.Name == "access")
        {
            environment["Access__BootstrapClients"] = data.ClientsFile;
            environment["RabbitMq__Management"] = broker.ManagementUri.ToString();
        }
        if (database is not null)
        {
            environment["ConnectionStrings__App"] = database.App;
            environment["ConnectionStrings__Daemon"] = database.Daemon;
        }

        return environment;
    }
}
