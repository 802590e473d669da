using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pathways.Tests.Support;

/// <summary>
/// Takes what services export by OTLP (<c>http/protobuf</c>) to <see cref="Endpoint"/>, and keeps the spans and the names
/// of the metrics.
/// </summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = [];
    private readonly ConcurrentDictionary<string, byte> _metrics = [];

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Endpoint => _app.Urls.Single();

    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    public ICollection<string> Metrics => _metrics.Keys;

    /// <summary>What a service's configuration needs, to export here and soon.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
    };

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", http => receiver.TakeAsync(http, receiver.TakeTraces));
        app.MapPost("/v1/metrics", http => receiver.TakeAsync(http, receiver.TakeMetrics));
        app.MapPost("/v1/logs", http => receiver.TakeAsync(http, _ => { }));
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http, Action<ReadOnlyMemory<byte>> take)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        take(body.ToArray());
        http.Response.ContentType = "application/x-protobuf";
    }

    // The numbers are those of opentelemetry-proto: trace.proto, metrics.proto, common.proto.
    private void TakeTraces(ReadOnlyMemory<byte> request)
    {
        foreach (var resource in ProtoFields.Of(request).Messages(1))
        {
            var attributes = resource.Messages(1).SelectMany(r => r.Messages(1)).ToDictionary(KeyOf, ValueOf);
            foreach (var scope in resource.Messages(2))
            {
                string source = scope.Messages(1).Select(s => s.Text(1)).FirstOrDefault() ?? "";
                foreach (var span in scope.Messages(2))
                {
                    _spans.Enqueue(new ReceivedSpan(
                        attributes.GetValueOrDefault("service.name", ""), source, span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5),
                        span.Messages(9).ToDictionary(KeyOf, ValueOf)));
                }
            }
        }
    }

    private void TakeMetrics(ReadOnlyMemory<byte> request)
    {
        foreach (var metric in ProtoFields.Of(request).Messages(1).SelectMany(resource => resource.Messages(2)).SelectMany(scope => scope.Messages(2)))
            _metrics[metric.Text(1)] = 1;
    }

    private static string KeyOf(ProtoFields keyValue) => keyValue.Text(1);

    private static string ValueOf(ProtoFields keyValue)
    {
        var value = keyValue.Messages(2).FirstOrDefault();
        if (value is null) return "";
        return value.Number(3) is { } number ? number.ToString(CultureInfo.InvariantCulture) : value.Text(1);
    }
}

/// <param name="Service">The resource's <c>service.name</c>.</param>
/// <param name="Source">The ActivitySource.</param>
/// <param name="Parent">Empty for a root.</param>
public sealed record ReceivedSpan(
    string Service, string Source, string TraceId, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes);
