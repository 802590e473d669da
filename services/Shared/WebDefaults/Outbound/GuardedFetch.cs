using System.Net;
using System.Net.Http.Headers;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pathways.WebDefaults.Outbound;

/// <summary>How much one fetch may cost.</summary>
public sealed record FetchLimits(int Bytes = 512 * 1024, int Redirects = 3)
{
    public TimeSpan Time { get; init; } = TimeSpan.FromSeconds(5);
}

/// <summary>What was fetched, or why nothing was.</summary>
public sealed record Fetched(ReadOnlyMemory<byte>? Body, string? Refusal)
{
    /// <summary>The site is in trouble there, which may pass.</summary>
    internal bool MayPass { get; init; }
}

/// <summary>
/// The only way to an address that a stranger named. Each address, each redirect and each answer of the name service is judged by
/// <see cref="OutboundPolicy"/>, and the connection goes to the very address that was judged. A host that can't be connected to, or keeps
/// being slow, is left alone for a while: for everybody, so what one address of it answers does not count.
/// </summary>
public sealed class GuardedFetch : IDisposable
{
    private readonly HttpClient _http;
    private readonly FetchLimits _limits;
    private readonly Pipelines<Fetched> _pipelines;

    public GuardedFetch(TimeProvider time)
        : this(GuardedTransport.Create(), new FetchLimits(), time)
    {
    }

    /// <param name="transport">Must not follow redirects: they are judged here.</param>
    public GuardedFetch(HttpMessageHandler transport, FetchLimits limits, TimeProvider time)
    {
        _limits = limits;
        _pipelines = new(
            time,
            failed: outcome => GuardedTransport.IsUnconnected(outcome.Exception),
            busy: outcome => outcome.Result?.MayPass ?? GuardedTransport.IsUnreachable(outcome.Exception));
        _http = new HttpClient(transport) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version11 };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Pathways", "1"));
    }

    public async Task<Fetched> GetAsync(string url, string accept, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)) return Refuse("it is not an absolute URL");
        if (OutboundPolicy.Refusal(address) is { } refusal) return Refuse(refusal);
        try
        {
            return await _pipelines.Of(Dependency.Site(address.IdnHost, _limits.Time)).ExecuteAsync(
                static async (call, token) => await call.fetch.FollowAsync(call.address, call.accept, token), (fetch: this, address, accept), cancellation);
        }
        catch (TimeoutRejectedException)
        {
            return Refuse($"no answer within {_limits.Time.TotalSeconds:0} s");
        }
        catch (BrokenCircuitException)
        {
            return Refuse("it kept failing and is left alone for a while");
        }
        catch (Exception problem) when (problem.InnerException is OutboundRefusedException refused)
        {
            return Refuse(refused.Message);
        }
        catch (Exception problem) when (GuardedTransport.IsUnreachable(problem))
        {
            // The name of the fault and not its text: what our network answered is nothing for a stranger to read.
            return Refuse("it cannot be reached");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Fetched> FollowAsync(Uri url, string accept, CancellationToken cancellation)
    {
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

            return response.IsSuccessStatusCode
                ? await ReadAsync(response, cancellation)
                : Refuse($"it answers {(int)response.StatusCode}") with { MayPass = response.StatusCode >= HttpStatusCode.InternalServerError };
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
