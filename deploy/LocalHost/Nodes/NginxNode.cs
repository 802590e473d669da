using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost.Nodes;

/// <summary>The one public door: a private nginx, configured from the ingress rules.</summary>
public sealed class NginxNode(Topology topology, string folder, string address = "127.0.0.1")
{
    private readonly Account _account = Account.For("www-data", folder);

    public async Task<ProcessSpec> PrepareAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(Path.Combine(folder, "tmp"));
        var configuration = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, NginxConfiguration.Write(topology, address), ct);
        await _account.OwnAsync(folder, ct);
        return new ProcessSpec("nginx", Packages.Find("nginx-light", "/usr/sbin/nginx", "/usr/bin/nginx"),
            ["-p", folder + "/", "-c", configuration, "-e", "stderr"],
            new Dictionary<string, string>(), folder, _account, Signal.Terminate, TimeSpan.FromSeconds(10));
    }

    public Task<string?> WhyNotReadyAsync(CancellationToken ct)
        => Probes.TcpAsync(ReachedAt(address), topology.Door.Port, ct);

    /// <summary>From this machine, when the door listens on <paramref name="address"/>.</summary>
    public static string ReachedAt(string address) => address is "0.0.0.0" ? "127.0.0.1" : address;
}
