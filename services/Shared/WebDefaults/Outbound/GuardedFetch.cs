using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Pathways.WebDefaults.Outbound;

/// <summary>How much one fetch may cost.</summary>
public sealed record FetchLimits(int Bytes = 512 * 1024, int Redirects = 3)
{
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>What was fetched, or why nothing was.</summary>
public sealed record Fetched(ReadOnlyMemory<byte>? Body, string? Refusal);

/// <summary>
/// The only way to an address that a stranger named. Each address, each redirect and each answer of the name service is judged by
/// <see cref="OutboundPolicy"/>, and the connection goes to the very address that was judged.
/// </summary>
public sealed class GuardedFetch : IDisposable
{
    private readonly HttpClient _http;
    private readonly FetchLimits _limits;

    public GuardedFetch()
        : this(Dns.GetHostAddressesAsync)
    {
    }

    /// <param name="resolve">The name service. Nothing it answers is believed before it is judged.</param>
    public GuardedFetch(Func<string, CancellationToken, Task<IPAddress[]>> resolve)
        : this(GuardedTransport.Create(resolve), new FetchLimits())
    {
    }

    /// <param name="transport">Must not follow redirects: they are judged here.</param>
    public GuardedFetch(HttpMessageHandler transport, FetchLimits limits)
    {
        _limits = limits;
        _http = new HttpClient(transport) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11 };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Pathways", "1"));
    }

    public async Task<Fetched> GetAsync(string url, string accept, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_limits.Time);
        try
        {
            return await FollowAsync(url, accept, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Refuse($"no answer within {_limits.Time.TotalSeconds:0} s");
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException or SocketException)
        {
            // The name of the fault and not its text: what our network answered is nothing for a stranger to read.
            return Refuse(problem.InnerException is OutboundRefusedException refused ? refused.Message : "it cannot be reached");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Fetched> FollowAsync(string address, string accept, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url)) return Refuse("it is not an absolute URL");
        for (int redirects = 0; redirects <= _limits.Redirects; redirects++)
        {
            if (OutboundPolicy.Refusal(url) is { } refusal) return Refuse(refusal);
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                // An open redirect of an honest site must not let others speak in its name.
                var next = location.IsAbsoluteUri ? location : new Uri(url, location);
                if (!string.Equals(next.IdnHost, url.IdnHost, StringComparison.OrdinalIgnoreCase)) return Refuse("it redirects to another host");
                url = next;
                continue;
            }

            return response.IsSuccessStatusCode ? await ReadAsync(response, cancellation) : Refuse($"it answers {(int)response.StatusCode}");
        }

        return Refuse($"more than {_limits.Redirects} redirects");
    }

    private async Task<Fetched> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        return await body.ReadAtMostAsync(_limits.Bytes, cancellation) is { } read
            ? new Fetched(read.ToArray(), Refusal: null)
            : Refuse($"it is larger than {_limits.Bytes / 1024} KB");
    }

    private static Fetched Refuse(string why) => new(Body: null, why);
}
