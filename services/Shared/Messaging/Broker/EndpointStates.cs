using System.Collections.Concurrent;
using MassTransit;

namespace Pathways.Messaging.Broker;

/// <summary>
/// Which queues this process consumes, as its bus tells. The broker only counts the consumers of all replicas: those of
/// another one must not hide that ours is gone.
/// </summary>
internal sealed class EndpointStates : IReceiveEndpointObserver
{
    private readonly ConcurrentDictionary<string, bool> _ready = new(StringComparer.Ordinal);

    public bool Consumes(string queue) => _ready.GetValueOrDefault(queue);

    public Task Ready(ReceiveEndpointReady ready) => Become(ready, ready: true);

    public Task Stopping(ReceiveEndpointStopping stopping) => Become(stopping, ready: false);

    public Task Completed(ReceiveEndpointCompleted completed) => Become(completed, ready: false);

    public Task Faulted(ReceiveEndpointFaulted faulted) => Become(faulted, ready: false);

    private Task Become(ReceiveEndpointEvent endpoint, bool ready)
    {
        _ready[endpoint.InputAddress.Segments[^1]] = ready;
        return Task.CompletedTask;
    }
}
