using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Pathways.Tests.Support.Net;

/// <summary>
/// Stands between a client and a server on this machine and carries their TCP as badly as it is told: slowly, in slices, in
/// one direction only, not at all. What it is told counts at once for open connections too.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Carried, bool> _connections = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _accepting;
    private volatile bool _refuses;

    public FaultProxy()
    {
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    /// <summary>Where clients find it.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Where the server is; it need not be there yet.</summary>
    public int Target { get; set; }

    public Street ToServer { get; } = new();

    public Street ToClient { get; } = new();

    /// <summary>Connections that are open now.</summary>
    public int Connections => _connections.Count;

    public void SetBoth(Weather weather) => (ToServer.Weather, ToClient.Weather) = (weather, weather);

    /// <summary>The server is down: open connections are reset, new ones too, until <see cref="Restore"/>.</summary>
    public void Refuse()
    {
        _refuses = true;
        Reset();
    }

    /// <summary>Ends every open connection at once, with a reset.</summary>
    public void Reset()
    {
        foreach (var carried in _connections.Keys) carried.Reset();
    }

    /// <summary>
    /// Open connections are dead from now on and nobody is told; new ones are carried. A machine in between forgot them. A
    /// real server's keep-alive would find out, which it cannot on one machine: <see cref="Restore"/> ends them in its place.
    /// </summary>
    public void Strand()
    {
        foreach (var carried in _connections.Keys) carried.Strand();
    }

    /// <summary>All is well again; what was held back arrives.</summary>
    public void Restore()
    {
        _refuses = false;
        SetBoth(Weather.Fair);
        foreach (var carried in _connections.Keys.Where(carried => carried.IsStranded)) carried.Reset();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _listener.Stop();
        await _accepting;
        Reset();
        _closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                _ = CarryAsync(await _listener.AcceptSocketAsync(_closing.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // Closed, or the client went away before it was taken: the next one, if there is one.
                if (_closing.IsCancellationRequested) return;
            }
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using var carried = new Carried(client);
        _connections[carried] = true;
        try
        {
            if (_refuses) carried.Reset();
            else await carried.CarryAsync(Target, ToServer, ToClient, _closing.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone: the other one shall see a connection that broke, not one that ended in good order.
            carried.Reset();
        }
        finally
        {
            _connections.TryRemove(carried, out _);
        }
    }
}
