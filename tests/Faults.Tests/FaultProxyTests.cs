using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Pathways.Tests.Support.Net;
using Xunit;

namespace Pathways.Faults;

/// <summary>The proxy that the net's faults come from: an echo behind it shows what arrives, and when.</summary>
public sealed class FaultProxyTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    private readonly TcpListener _echo = new(IPAddress.Loopback, 0);
    private readonly FaultProxy _proxy = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _echo.Start();
        _proxy.Target = ((IPEndPoint)_echo.LocalEndpoint).Port;
        _ = EchoAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        _echo.Stop();
    }

    [Fact]
    public async Task Carries_everything_in_fair_weather_to_the_end()
    {
        using var client = await ConnectAsync();
        var sent = new byte[300_000];
        Random.Shared.NextBytes(sent);

        // Taken before the sender is done: TcpClient refuses its stream once a direction is shut.
        var stream = client.GetStream();
        var sending = stream.WriteAsync(sent, Ct).AsTask().ContinueWith(_ => client.Client.Shutdown(SocketShutdown.Send), TaskScheduler.Default);
        using var received = new MemoryStream();
        await stream.CopyToAsync(received, Ct);
        await sending;

        Assert.Equal(sent, received.ToArray());
    }

    [Fact]
    public async Task Delays_without_changing_the_order()
    {
        _proxy.SetBoth(new Weather(Delay: TimeSpan.FromMilliseconds(100), Jitter: TimeSpan.FromMilliseconds(80)));
        using var client = await ConnectAsync();
        var since = Stopwatch.GetTimestamp();

        for (char letter = 'a'; letter <= 'j'; letter++)
        {
            await SayAsync(client, $"{letter}");
            await Task.Delay(5, Ct);
        }

        Assert.Equal("abcdefghij", await HearAsync(client, 10));
        Assert.True(Stopwatch.GetElapsedTime(since) > TimeSpan.FromMilliseconds(40));
    }

    [Fact]
    public async Task Slices_what_was_sent_as_one()
    {
        _proxy.ToClient.Weather = new Weather(Sliced: true, BytesPerSecond: 100);
        using var client = await ConnectAsync();
        await SayAsync(client, "hello");

        Assert.Equal(1, await client.GetStream().ReadAsync(new byte[100], Ct));
        Assert.Equal("ello", await HearAsync(client, 4));
    }

    [Fact]
    public async Task A_cut_direction_delivers_when_it_is_restored()
    {
        using var client = await ConnectAsync();
        _proxy.ToClient.Weather = Weather.Cut;
        await SayAsync(client, "late");

        var hearing = HearAsync(client, 4);
        Assert.NotSame(hearing, await Task.WhenAny(hearing, Task.Delay(Soon, Ct)));
        _proxy.Restore();

        Assert.Equal("late", await hearing);
    }

    [Fact]
    public async Task Refuses_until_it_is_restored()
    {
        using var open = await ConnectAsync();
        _proxy.Refuse();
        using var refused = new TcpClient();

        await Assert.ThrowsAnyAsync<Exception>(() => HearAsync(open, 1));
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await refused.ConnectAsync(IPAddress.Loopback, _proxy.Port, Ct);
            await HearAsync(refused, 1);
        });
        _proxy.Restore();
        using var again = await ConnectAsync();
        await SayAsync(again, "back");

        Assert.Equal("back", await HearAsync(again, 4));
    }

    [Fact]
    public async Task A_stranded_connection_stays_silent_while_a_new_one_is_carried()
    {
        using var old = await ConnectAsync();
        await SayAsync(old, "1");
        Assert.Equal("1", await HearAsync(old, 1));
        _proxy.Strand();
        await SayAsync(old, "2");
        using var young = await ConnectAsync();
        await SayAsync(young, "3");

        Assert.Equal("3", await HearAsync(young, 1));
        Assert.Equal(0, old.Available);
    }

    private async Task EchoAsync()
    {
        while (true)
        {
            try
            {
                _ = EchoAsync(await _echo.AcceptTcpClientAsync());
            }
            catch (SocketException)
            {
                // The test is over.
                return;
            }
        }
    }

    private static async Task EchoAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await client.GetStream().CopyToAsync(client.GetStream());
            }
            catch (IOException)
            {
                // The proxy has reset it, as the test wants.
                return;
            }
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _proxy.Port, Ct);
        return client;
    }

    private static Task SayAsync(TcpClient client, string text) => client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text), Ct).AsTask();

    private static async Task<string> HearAsync(TcpClient client, int length)
    {
        var buffer = new byte[length];
        await client.GetStream().ReadExactlyAsync(buffer, Ct);
        return Encoding.ASCII.GetString(buffer);
    }
}
