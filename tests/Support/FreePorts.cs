using System.Net;
using System.Net.Sockets;

namespace Pathways.Tests.Support;

/// <summary>Ports nobody listens on, below the range from which outgoing connections take theirs.</summary>
public static class FreePorts
{
    private const int First = 20000;
    private const int Last = 31999;

    private static readonly Lock Taking = new();

    // Given away in this process: whoever has them may not listen yet.
    private static readonly HashSet<int> Taken = [];

    // Another test process starts its search elsewhere, far away also when its number is the next one (golden ratio).
    private static int _next = First + (int)(unchecked((uint)Environment.ProcessId * 2654435769) % (Last - First));

    public static IReadOnlyList<int> Take(int count) => [.. Enumerable.Range(0, count).Select(_ => TakeFirst(port => [port]))];

    /// <summary>The first port from which on all that belong to it are free.</summary>
    public static int TakeFirst(Func<int, IReadOnlyCollection<int>> belonging)
    {
        lock (Taking)
        {
            while (true)
            {
                _next = _next >= Last ? First : _next + 1;
                var ports = belonging(_next);
                if (!ports.All(port => !Taken.Contains(port) && IsFree(port))) continue;
                Taken.UnionWith(ports);
                return _next;
            }
        }
    }

    private static bool IsFree(int port)
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
