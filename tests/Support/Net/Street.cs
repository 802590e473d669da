using System.Net.Sockets;
using System.Threading.Channels;

namespace Pathways.Tests.Support.Net;

/// <summary>One direction of all connections of a <see cref="FaultProxy"/>.</summary>
public sealed class Street
{
    private const int PieceBytes = 16 * 1024;
    private const int PiecesUnderWay = 64;
    private const int SlicedBytes = 24;
    private const int SliceBytes = 512;

    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);

    private volatile Weather _weather = Weather.Fair;

    public Weather Weather
    {
        get => _weather;
        set => _weather = value;
    }

    /// <summary>Until the sender has ended; then the receiver's side is ended too.</summary>
    /// <param name="stranded">This connection alone is silent, for ever.</param>
    internal async Task CarryAsync(Socket from, Socket to, Func<bool> stranded, CancellationToken cancellation)
    {
        // Bounded: a sender that nobody listens to is stopped by its own full buffers, as on a real net.
        var underWay = Channel.CreateBounded<(DateTimeOffset Arrives, byte[] Bytes)>(PiecesUnderWay);
        await Task.WhenAll(TakeAsync(from, underWay.Writer, stranded, cancellation), DeliverAsync(underWay.Reader, to, stranded, cancellation));
    }

    private async Task TakeAsync(Socket from, ChannelWriter<(DateTimeOffset, byte[])> underWay, Func<bool> stranded, CancellationToken cancellation)
    {
        try
        {
            var buffer = new byte[PieceBytes];
            var last = DateTimeOffset.MinValue;
            while (true)
            {
                await UntilAudibleAsync(stranded, cancellation);
                int read = await from.ReceiveAsync(buffer, SocketFlags.None, cancellation);
                if (read == 0) break;
                var arrives = TimeProvider.System.GetUtcNow() + Jittered();
                last = arrives > last ? arrives : last;
                await underWay.WriteAsync((last, buffer[..read]), cancellation);
            }

            underWay.TryComplete();
        }
        catch (Exception e)
        {
            underWay.TryComplete(e);
            throw;
        }
    }

    private async Task DeliverAsync(
        ChannelReader<(DateTimeOffset Arrives, byte[] Bytes)> underWay, Socket to, Func<bool> stranded, CancellationToken cancellation)
    {
        await foreach (var (arrives, bytes) in underWay.ReadAllAsync(cancellation))
        {
            if (arrives - TimeProvider.System.GetUtcNow() is { Ticks: > 0 } left) await Task.Delay(left, cancellation);
            for (int sent = 0; sent < bytes.Length;)
            {
                await UntilAudibleAsync(stranded, cancellation);
                int length = Math.Min(bytes.Length - sent, LengthAt(sent));
                await to.SendAsync(bytes.AsMemory(sent, length), SocketFlags.None, cancellation);
                sent += length;
                if (_weather.BytesPerSecond is { } rate) await Task.Delay(TimeSpan.FromSeconds((double)length / rate), cancellation);
            }
        }

        await UntilAudibleAsync(stranded, cancellation);
        to.Shutdown(SocketShutdown.Send);
    }

    /// <summary>The first bytes, where kinds and lengths of messages stand, one by one.</summary>
    private int LengthAt(int sent) => !_weather.Sliced ? PieceBytes : sent < SlicedBytes ? 1 : SliceBytes;

    private TimeSpan Jittered()
    {
        var weather = _weather;
#pragma warning disable CA5394 // Weather is not secret.
        return weather.Delay + (weather.Jitter * ((Random.Shared.NextDouble() * 2) - 1));
#pragma warning restore CA5394
    }

    private async Task UntilAudibleAsync(Func<bool> stranded, CancellationToken cancellation)
    {
        while (_weather.Silent || stranded()) await Task.Delay(LookAgainAfter, cancellation);
    }
}
