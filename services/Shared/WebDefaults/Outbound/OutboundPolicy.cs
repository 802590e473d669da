using System.Net;
using System.Net.Sockets;

namespace Pathways.WebDefaults.Outbound;

/// <summary>
/// Where a stranger's document may make us go: https, the usual port, public addresses. Everything that means this machine or this
/// network is refused, in whatever way it is written.
/// </summary>
public static class OutboundPolicy
{
    private const int MaxUrlLength = 2048;

    private static readonly (IPNetwork Network, string What)[] Refused =
    [
        (IPNetwork.Parse("0.0.0.0/8"), "this network"),
        (IPNetwork.Parse("10.0.0.0/8"), "private"),
        (IPNetwork.Parse("100.64.0.0/10"), "carrier-grade NAT"),
        (IPNetwork.Parse("127.0.0.0/8"), "loopback"),
        (IPNetwork.Parse("169.254.0.0/16"), "link-local, where clouds keep their metadata"),
        (IPNetwork.Parse("172.16.0.0/12"), "private"),
        (IPNetwork.Parse("192.0.0.0/24"), "reserved"),
        (IPNetwork.Parse("192.0.2.0/24"), "documentation"),
        (IPNetwork.Parse("192.88.99.0/24"), "6to4 relay"),
        (IPNetwork.Parse("192.168.0.0/16"), "private"),
        (IPNetwork.Parse("198.18.0.0/15"), "benchmarking"),
        (IPNetwork.Parse("198.51.100.0/24"), "documentation"),
        (IPNetwork.Parse("203.0.113.0/24"), "documentation"),
        (IPNetwork.Parse("224.0.0.0/4"), "multicast"),
        (IPNetwork.Parse("240.0.0.0/4"), "reserved"),
    ];

    /// <summary>Of IPv6 only what is given out as global unicast, without the parts of it that lead to IPv4 or nowhere.</summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotGlobal =
        [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"), IPNetwork.Parse("3fff::/20")];

    private static readonly string[] LocalEndings = [".localhost", ".local", ".internal", ".arpa"];

    /// <summary>Why the address is not called; null when it may be, as far as its text says.</summary>
    public static string? Refusal(Uri url)
    {
        if (!url.IsAbsoluteUri || url.OriginalString.Length > MaxUrlLength) return "it is not an absolute URL of reasonable length";
        if (url.Scheme != Uri.UriSchemeHttps) return "it is not https";
        if (url.Port != 443) return $"port {url.Port} is not 443";
        if (url.UserInfo.Length > 0) return "it carries a user name";
        return url.HostNameType switch
        {
            UriHostNameType.Dns => NameRefusal(url.IdnHost.TrimEnd('.')),
            UriHostNameType.IPv4 or UriHostNameType.IPv6 => Refusal(IPAddress.Parse(url.IdnHost)),
            _ => "its host is neither a name nor an address",
        };
    }

    /// <summary>Why a connection is not made; null when the address is public.</summary>
    public static string? Refusal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return Refusal(address.MapToIPv4());
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return GlobalUnicast.Contains(address) && !Array.Exists(NotGlobal, network => network.Contains(address))
                ? null
                : $"{address} is not a public address";
        }

        foreach (var (network, what) in Refused)
        {
            if (network.Contains(address)) return $"{address} is not a public address ({what})";
        }

        return null;
    }

    /// <summary>Other scripts have full stops of their own: what looked like a name can turn out to be an address.</summary>
    private static string? NameRefusal(string name)
    {
        if (IPAddress.TryParse(name, out var address)) return Refusal(address);
        return !name.Contains('.') || Array.Exists(LocalEndings, ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            ? $"{name} is a local name"
            : null;
    }
}
