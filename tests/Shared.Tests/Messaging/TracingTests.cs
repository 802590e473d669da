using System.Collections.Concurrent;
using System.Diagnostics;
using Pathways.Messaging;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Shared.Tests.Messaging;

public sealed class TracingTests(TestServers servers)
{
    [Fact]
    public async Task One_trace_leads_from_the_command_through_the_broker_to_the_effect_in_the_other_service()
    {
        var spans = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is MessagingTelemetry.Name or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());

        using var command = source.StartActivity("command")!;
        await world.AchieveAsync("traced", [1]);
        await world.NotedAsync("traced", 1);

        var noted = Assert.Single(await world.TakerStreamAsync("notes-traced"));
        Assert.Equal(command.TraceId, ActivityContext.Parse(noted.TraceParent!, traceState: null).TraceId);
        await Eventually.TrueAsync(() => OfTrace().Count == 2, TwoServices.Patience, "a span of each side", TestContext.Current.CancellationToken);
        var publish = OfTrace().Single(span => span.Kind == ActivityKind.Producer);
        var process = OfTrace().Single(span => span.Kind == ActivityKind.Consumer);
        Assert.Equal(command.SpanId, publish.ParentSpanId);
        Assert.Equal(publish.SpanId, process.ParentSpanId);

        List<Activity> OfTrace() => [.. spans.Where(span => span.TraceId == command.TraceId && span.Source.Name == MessagingTelemetry.Name)];
    }
}
