using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pathways.Contracts;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Messaging.Consuming;
using Pathways.Messaging.Wire;
using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Services.Tests;

/// <summary>
/// Gives a public event to a service's reaction as its inbox does, without a broker in between: react, commit, and once
/// more from the start when somebody else was faster.
/// </summary>
internal static class Deliveries
{
    public static IncomingEvent Incoming(string tenant, string stream, IPublicEvent data, Guid? id = null)
    {
        var name = PublicEvents.NameOf(data.GetType());
        var now = DateTimeOffset.UtcNow;
        return new IncomingEvent(
            id ?? Guid.NewGuid(), name.Source, name.Type, tenant, stream, Version: 1, Previous: 0, now, now, $"test-{stream}", TraceParent: null, data,
            JsonSerializer.SerializeToElement(data, data.GetType(), PublicEvents.Json));
    }

    public static async Task DeliverAsync<TReaction>(this ServiceUnderTest service, IncomingEvent incoming)
        where TReaction : class, IReaction
    {
        var cancellation = TestContext.Current.CancellationToken;
        var store = service.Services.GetRequiredService<IEventStore>();
        for (int attempt = 0; attempt < 20; attempt++)
        {
            var work = new UnitOfWork(new EventContext(
                incoming.Tenant, "test", incoming.CorrelationId, new EventCause(incoming.Source, incoming.Id), incoming.TraceParent));
            await using var scope = service.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TReaction>().ReactAsync(incoming, work, cancellation);
            var committed = await store.CommitAsync(work, cancellation);
            if (committed.IsAccepted) return;
            Assert.Equal("stream-version-conflict", committed.Rejection.Code);
        }

        Assert.Fail("Twenty conflicts in a row.");
    }
}
