using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pathways.WebDefaults;

/// <summary>What one service is, beyond what all services are.</summary>
/// <param name="name">Kebab case; also the prefix of its routes: <c>credential-issuance</c>.</param>
/// <param name="eventTypes">Stored alias to record, complete.</param>
public sealed class ServiceDefinition(string name, IEnumerable<KeyValuePair<string, Type>> eventTypes)
{
    public string Name { get; } = name;

    public IEnumerable<KeyValuePair<string, Type>> EventTypes { get; } = eventTypes;

    public Action<IServiceCollection> Services { get; init; } = _ => { };

    /// <summary>Every route has a scope, or says that it is open; otherwise the host does not start.</summary>
    public Action<IEndpointRouteBuilder> Routes { get; init; } = _ => { };

    /// <summary>Idempotent SQL of its own tables, beyond the event store and its projections.</summary>
    public IReadOnlyList<string> Schema { get; init; } = [];
}
