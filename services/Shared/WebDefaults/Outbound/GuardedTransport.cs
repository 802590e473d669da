using System.Net;
using System.Net.Sockets;

namespace Pathways.WebDefaults.Outbound;

/// <summary>
/// Connections to addresses that a stranger named: every answer of the name service is judged by <see cref="OutboundPolicy"/>,
/// and the connection goes to the very address that was judged. Redirects are not followed.
/// </summary>
public static class GuardedTransport
{
    /// <summary>
    /// Time to knock a second time, which systems do after 1 s. Two tries of a <see cref="Dependency.Site"/> and the pause between them end
    /// before its time in all: else a site whose packets are dropped would be told as one that does not answer.
    /// </summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    public static SocketsHttpHandler Create() => Create(Dns.GetHostAddressesAsync);

    /// <param name="resolve">The name service. Nothing it answers is believed before it is judged.</param>
    public static SocketsHttpHandler Create(Func<string, CancellationToken, Task<IPAddress[]>> resolve) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        MaxResponseHeadersLength = 16,
        ConnectTimeout = ConnectTimeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(1),
        ConnectCallback = async (context, cancellation) =>
            await ConnectAsync(await resolve(context.DnsEndPoint.Host, cancellation), context.DnsEndPoint.Port, cancellation),
    };

    /// <summary>Nothing was answered. That we do not connect ourselves speaks against nobody.</summary>
    public static bool IsUnreachable(Exception? problem)
        => (problem is HttpRequestException or IOException || IsConnectTimeout(problem)) && problem!.InnerException is not OutboundRefusedException;

    /// <summary>There was no connection, whatever was asked for.</summary>
    public static bool IsUnconnected(Exception? problem)
        => IsUnreachable(problem)
            && (IsConnectTimeout(problem)
                || problem is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError });

    /// <summary>How the handler tells of its <see cref="SocketsHttpHandler.ConnectTimeout"/>.</summary>
    private static bool IsConnectTimeout(Exception? problem) => problem is OperationCanceledException { InnerException: TimeoutException };

    private static async Task<Stream> ConnectAsync(IPAddress[] addresses, int port, CancellationToken cancellation)
    {
        // One answer that leads inside makes all of them suspect: the next question could get that one first.
        foreach (var address in addresses)
        {
            if (OutboundPolicy.Refusal(address) is { } refusal) throw new OutboundRefusedException(refusal);
        }

        if (addresses.Length == 0) throw new OutboundRefusedException("its name has no address");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A connection that is not made. The message says why, and nothing of our network.</summary>
public sealed class OutboundRefusedException(string message) : Exception(message);
