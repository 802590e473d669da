using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Pathways.EventStore.Erasure;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.WebDefaults;
using Pathways.WebDefaults.Outbound;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Pathways.LearningRecord.Connecting;

/// <summary>What another store answered.</summary>
/// <param name="ConsistentThrough">Up to which time its answer is whole; null when it does not say.</param>
internal sealed record PeerAnswer(HttpStatusCode Status, byte[] Body, string? ContentType, DateTimeOffset? ConsistentThrough, TimeSpan? RetryAfter)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;
}

/// <summary>
/// Another record store over HTTP: public addresses only, unless the operator names an origin in <c>Connections:PrivateOrigins</c>.
/// What passes by itself is tried again at once a few times; a store that keeps failing is left alone for a while.
/// </summary>
internal sealed class PeerStore(IHttpClientFactory clients, MasterKey master, IConfiguration configuration, TimeProvider time)
{
    public const string PublicClient = "lrs-public";
    public const string PrivateClient = "lrs-private";

    /// <summary>A page of statements with their attachments.</summary>
    public const long LargestPage = 64 * 1024 * 1024;

    private const int LargestReceipt = 64 * 1024;

    // A statement has an id: to store it again is nothing.
    private readonly Pipelines<PeerAnswer> _pipelines = new(
        time, outcome => GuardedTransport.IsUnreachable(outcome.Exception) || outcome.Result is { Status: HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError });

    private readonly HashSet<string> _private = new(
        (configuration["Connections:PrivateOrigins"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries), StringComparer.OrdinalIgnoreCase);

    public byte[] Seal(string tenant, Guid connection, string secret) => master.Wrap(Encoding.UTF8.GetBytes(secret), Context(tenant, connection));

    internal int Pipelines => _pipelines.Count;

    /// <summary>Why this address is not called; null when it may be, as far as its text says.</summary>
    public string? Refusal(Uri address) => IsPrivate(address) ? null : OutboundPolicy.Refusal(address);

    /// <exception cref="PeerException">Nothing was answered.</exception>
    public Task<PeerAnswer> PostAsync(WorkingConnection connection, Func<HttpContent> statements, CancellationToken cancellation) => SendAsync(
        connection, Address(connection), () => new HttpRequestMessage(HttpMethod.Post, Address(connection)) { Content = statements() }, LargestReceipt, cancellation);

    /// <exception cref="PeerException">Nothing was answered.</exception>
    public Task<PeerAnswer> GetAsync(WorkingConnection connection, Uri address, CancellationToken cancellation)
        => SendAsync(connection, address, () => new HttpRequestMessage(HttpMethod.Get, address), LargestPage, cancellation);

    public static Uri Address(WorkingConnection connection) => new($"{connection.Settings.Endpoint.TrimEnd('/')}/statements");

    private async Task<PeerAnswer> SendAsync(
        WorkingConnection connection, Uri address, Func<HttpRequestMessage> request, long largest, CancellationToken cancellation)
    {
        if (Refusal(address) is { } refusal) throw new PeerException($"The endpoint is not called: {refusal}.");
        var http = clients.CreateClient(IsPrivate(address) ? PrivateClient : PublicClient);
        var credentials = Credentials(connection);
        try
        {
            return await _pipelines.Of(Dependency.RecordStore(connection.Id)).ExecuteAsync(
                async token =>
                {
                    using var message = request();
                    message.Headers.Authorization = credentials;
                    message.Headers.Add(XapiProtocol.VersionHeader, connection.Settings.XapiVersion);
                    using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token);
                    return await ReadAsync(response, largest, token);
                },
                cancellation);
        }
        catch (BrokenCircuitException)
        {
            throw new PeerException(error: null);
        }
        catch (TimeoutRejectedException)
        {
            throw new PeerException("It did not answer in time.");
        }
        catch (Exception fault) when (GuardedTransport.IsUnreachable(fault) || fault.InnerException is OutboundRefusedException)
        {
            // The name of the fault and not its text: what our network answered is nothing for an institution to read.
            throw new PeerException(fault.InnerException is OutboundRefusedException ? "The endpoint is not called: its name does not lead to a public address." : "It cannot be reached.");
        }
    }

    private AuthenticationHeaderValue Credentials(WorkingConnection connection)
    {
        string secret = Encoding.UTF8.GetString(master.Unwrap(connection.Secret, Context(connection.Tenant, connection.Id)));
        if (connection.Settings.Key.Length == 0) return new AuthenticationHeaderValue("Bearer", secret);
        return new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{connection.Settings.Key}:{secret}")));
    }

    private async Task<PeerAnswer> ReadAsync(HttpResponseMessage response, long largest, CancellationToken cancellation)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        if (await body.ReadAtMostAsync(largest, cancellation) is not { } read) throw new PeerException($"Its answer is larger than {largest / 1024} KB.") { IsTooLarge = true };
        bool tellsConsistency = response.Headers.TryGetValues(XapiProtocol.ConsistentHeader, out var values);
        return new PeerAnswer(
            response.StatusCode,
            read.ToArray(),
            response.Content.Headers.TryGetValues("Content-Type", out var types) ? types.First() : null,
            tellsConsistency && XapiTimestamp.TryParse(values!.First(), out var through) ? through : null,
            response.Headers.RetryAfter is { } after ? after.Delta ?? after.Date - time.GetUtcNow() : null);
    }

    private bool IsPrivate(Uri address) => _private.Contains(address.GetLeftPart(UriPartial.Authority));

    private static string Context(string tenant, Guid connection) => $"lrs-connection\n{tenant}\n{connection:D}";
}

/// <summary>The other record store did not do what it was asked, and may yet.</summary>
/// <param name="error">Null when it is what it was before.</param>
internal sealed class PeerException(string? error) : Exception(error ?? "It is left alone for a while.")
{
    public string? Error { get; } = error;

    /// <summary>When it asks to be left alone for so long.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The statement with which it came about, when it was sent alone.</summary>
    public Guid? At { get; init; }

    /// <summary>It is this statement that was refused; otherwise everything stands still.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>Its answer is larger than what is taken; less of it may be asked for.</summary>
    public bool IsTooLarge { get; init; }

    /// <summary>The same, at this statement.</summary>
    public PeerException With(Guid statement) => new(Error) { RetryAfter = RetryAfter, At = statement, IsTooLarge = IsTooLarge };

    public static PeerException Of(PeerAnswer answer) => new(StatusOf(answer.Status)) { RetryAfter = answer.RetryAfter };

    /// <summary>Status and what it is called. The other store's own words may repeat a statement, and would outlive its erasure.</summary>
    public static string StatusOf(HttpStatusCode status) => $"It answered {(int)status} ({status}).";
}
