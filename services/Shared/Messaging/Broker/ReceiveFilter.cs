using MassTransit;
using Pathways.Messaging.Consuming;

namespace Pathways.Messaging.Broker;

/// <summary>
/// Takes a delivery as it came from the wire. Returning acknowledges it, so the consumer returns only after its commit;
/// an exception puts it back.
/// </summary>
internal sealed class ReceiveFilter(Consumer consumer, CancellationToken stopping) : IFilter<ReceiveContext>
{
    public async Task Send(ReceiveContext context, IPipe<ReceiveContext> next)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, context.CancellationToken);
        var headers = context.TransportHeaders;
        await consumer.TakeAsync(
            new Delivery(context.Body.GetBytes(), name => headers.TryGetHeader(name, out object? value) ? value?.ToString() : null),
            either.Token);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("pathways");
}
