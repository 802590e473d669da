using Pathways.Shared.Tests.EventStore;
using Pathways.Shared.Tests.WebDefaults;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Shared.Tests.Observability;

public sealed class Telemetry_leaves_by_OTLP(PostgresFixture postgres)
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task One_trace_runs_from_the_request_to_the_database_and_names_nobody()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using (var service = await ServiceUnderTest.StartAsync(postgres.Server, Tally.Definition, receiver.Settings))
        {
            using var http = service.Client("utah-state", Scopes.Define);
            await http.PostJsonAsync(
                "/tally/one/count?learner=jane.doe@example.org", new { by = 1 }, ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"), ("User-Agent", "jane-browser"));
        }

        var trace = receiver.Spans.Where(span => span.TraceId == TraceId).ToList();
        var request = Assert.Single(trace, span => span.Source == "Microsoft.AspNetCore");
        Assert.Equal("tally", request.Service);
        Assert.Equal("POST /tally/{id}/count", request.Name);
        Assert.Equal("00f067aa0ba902b7", request.Parent);
        Assert.Equal("200", request.Attributes["http.response.status_code"]);
        var commit = Assert.Single(trace, span => span.Source == "Pathways.EventStore");
        Assert.Equal(request.Id, commit.Parent);
        Assert.Contains(trace, span => span.Source == "Npgsql");
        Assert.DoesNotContain("jane", string.Join(' ', receiver.Spans.SelectMany(span => span.Attributes.Values.Append(span.Name))), StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", receiver.Metrics);
        Assert.Contains("pathways.eventstore.append.duration", receiver.Metrics);
    }
}
