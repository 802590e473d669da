using Pathways.LocalHost;
using Pathways.LocalHost.Description;

namespace Pathways.Cli;

/// <summary>The services there are: tye.yaml says so, and nobody else.</summary>
internal static class SystemServices
{
    public static IEnumerable<string> WithLog => Topology.Read(Repository.Root).Services.Where(service => service.HasDatabase).Select(service => service.Name);

    public static IEnumerable<string> WithBroker => Topology.Read(Repository.Root).Services.Where(service => service.HasBroker).Select(service => service.Name);
}
