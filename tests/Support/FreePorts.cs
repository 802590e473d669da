using System.Net;
using System.Net.Sockets;

namespace Pathways.Tests.Support;

/// <summary>Ports nobody listens on, below the range from which outgoing connections take theirs.</summary>
public static class FreePorts
{
    private const int First = 20000;
    private const int Last = 31999;

    private static readonly Lock Taking = new();

    // Of systems that are only starting: nobody listens there yet.
    private static readonly HashSet<int> Reserved = [];

    // Another test process starts its search elsewhere.
    private static int _next = First + (Environment.ProcessId * 37 % (Last - First));

    public static IReadOnlyList<int> Take(int count)
    {
        lock (Taking)
        {
            var found = new List<int>(count);
            while (found.Count < count)
            {
                _next = _next >= Last ? First : _next + 1;
                if (!Reserved.Contains(_next) && IsFree(_next)) found.Add(_next);
            }

            return found;
        }
    }

    /// <summary>Whether all of them are free; then nobody else in this process takes them.</summary>
    public static bool TryReserve(IReadOnlyCollection<int> ports)
    {
        lock (Taking)
        {
            if (!ports.All(port => !Reserved.Contains(port) && IsFree(port))) return false;
            Reserved.UnionWith(ports);
            return true;
        }
    }

    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
