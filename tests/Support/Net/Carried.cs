using System.Net;
using System.Net.Sockets;

namespace Pathways.Tests.Support.Net;

/// <summary>One connection through a <see cref="FaultProxy"/>: the client's side and ours to the server.</summary>
internal sealed class Carried(Socket client) : IDisposable
{
    private readonly Socket _server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _reset = new();
    private volatile bool _stranded;

    public async Task CarryAsync(int target, Street toServer, Street toClient, CancellationToken cancellation)
    {
        client.NoDelay = true;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _reset.Token);
        await _server.ConnectAsync(IPAddress.Loopback, target, ended.Token);
        var there = toServer.CarryAsync(client, _server, () => _stranded, ended.Token);
        var back = toClient.CarryAsync(_server, client, () => _stranded, ended.Token);
        // A direction that ends in good order leaves the other one open (half-close); one that breaks takes both along.
        if ((await Task.WhenAny(there, back)).IsFaulted) await ended.CancelAsync();
        await Task.WhenAll(there, back);
    }

    public bool IsStranded => _stranded;

    public void Strand() => _stranded = true;

    public void Reset()
    {
        try
        {
            // Lingering for no time makes the close a reset.
            client.LingerState = _server.LingerState = new LingerOption(enable: true, seconds: 0);
            _reset.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended by itself meanwhile.
            return;
        }

        client.Dispose();
        _server.Dispose();
    }

    public void Dispose()
    {
        client.Dispose();
        _server.Dispose();
        _reset.Dispose();
    }
}
