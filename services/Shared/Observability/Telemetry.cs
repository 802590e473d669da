using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Pathways.Observability;

/// <summary>
/// Traces, metrics and logs of a service. They are exported by OTLP when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set, and
/// cost next to nothing when it is not. The names are those of the framework and the libraries themselves: there are no
/// instrumentation packages in between.
/// </summary>
public static class Telemetry
{
    private static readonly string[] Sources = ["Microsoft.AspNetCore", "System.Net.Http", "Npgsql", "MassTransit", "Pathways.*"];

    private static readonly string[] Meters = ["Microsoft.AspNetCore.*", "System.Net.*", "System.Runtime", "Npgsql", "MassTransit", "Pathways.*"];

    public static IHostApplicationBuilder AddObservability(this IHostApplicationBuilder builder, string serviceName)
    {
        builder.Logging.AddLines(builder.Configuration);
        if (Otlp.From(builder.Configuration) is not { } otlp) return builder;

        var resource = ResourceBuilder.CreateDefault()
            .AddService(serviceName, serviceNamespace: "pathways", serviceInstanceId: $"{Environment.MachineName}-{Environment.ProcessId}");
        builder.Services.AddSingleton(_ => Tracing(resource, otlp));
        builder.Services.AddSingleton(_ => Metrics(resource, otlp));
        builder.Services.AddHostedService<Exporters>();
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.SetResourceBuilder(resource);
            logging.AddOtlpExporter(options => otlp.Apply(options, "logs"));
        });
        return builder;
    }

    private static TracerProvider Tracing(ResourceBuilder resource, Otlp otlp) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(resource)
        .AddSource(Sources)
        .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(otlp.SampledShare)))
        .AddProcessor(new Redaction())
        .AddOtlpExporter(options => otlp.Apply(options, "traces"))
        .Build();

    private static MeterProvider Metrics(ResourceBuilder resource, Otlp otlp) => Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(resource)
        .AddMeter(Meters)
        .AddOtlpExporter((options, reader) =>
        {
            otlp.Apply(options, "metrics");
            reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = otlp.MetricsEveryMilliseconds;
        })
        .Build();

    /// <summary>Creates the providers with the host, which disposes of them (and so flushes) when it stops.</summary>
    private sealed class Exporters(TracerProvider traces, MeterProvider metrics) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            const int FlushMilliseconds = 2000;
            traces.ForceFlush(FlushMilliseconds);
            metrics.ForceFlush(FlushMilliseconds);
            return Task.CompletedTask;
        }
    }
}

/// <summary>Where to export to, by the environment variables of the OpenTelemetry specification.</summary>
internal sealed record Otlp(Uri Endpoint, OtlpExportProtocol Protocol, int MetricsEveryMilliseconds, decimal Share)
{
    public double SampledShare => decimal.ToDouble(Share);

    public static Otlp? From(IConfiguration configuration)
        => configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } endpoint
            ? new Otlp(
                new Uri(endpoint),
                configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] == "http/protobuf" ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc,
                configuration.GetValue("OTEL_METRIC_EXPORT_INTERVAL", 60_000),
                configuration.GetValue("OTEL_TRACES_SAMPLER_ARG", 1m))
            : null;

    public void Apply(OtlpExporterOptions options, string signal)
    {
        options.Protocol = Protocol;
        // The exporter appends the signal's path only to an endpoint that it reads from the environment itself.
        options.Endpoint = Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri($"{Endpoint.ToString().TrimEnd('/')}/v1/{signal}") : Endpoint;
    }
}
