using System.Net.Sockets;

namespace Pathways.LocalHost.Nodes;

/// <summary>Questions to a program that is starting. The answer is null when it is ready, and otherwise why it is not.</summary>
public static class Probes
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    public static async Task<string?> TcpAsync(string address, int port, CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, port, ct);
            return null;
        }
        catch (SocketException e)
        {
            return $"{address}:{port}: {e.Message}";
        }
    }

    public static async Task<string?> HttpAsync(Uri url, CancellationToken ct)
    {
        try
        {
            using var answer = await Http.GetAsync(url, ct);
            return answer.IsSuccessStatusCode ? null : $"{url} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(ct)}";
        }
        catch (HttpRequestException e)
        {
            return $"{url}: {e.Message}";
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return $"{url} does not answer within {Http.Timeout.TotalSeconds:0} s.";
        }
    }
}
