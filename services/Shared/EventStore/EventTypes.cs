using System.Collections.Frozen;

namespace Pathways.EventStore;

/// <summary>
/// The one table of stored event types of a service: explicit, versioned aliases (<c>credential_issued</c>,
/// <c>credential_issued_v2</c>) to records. A type that is not listed can be neither written nor read.
/// </summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<string, Type> _byAlias;
    private readonly FrozenDictionary<Type, string> _byType;

    public EventTypes(IEnumerable<KeyValuePair<string, Type>> types)
    {
        _byAlias = types.ToFrozenDictionary();
        _byType = _byAlias.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);
    }

    /// <summary>These and more, which other rooms contribute.</summary>
    public EventTypes With(IEnumerable<KeyValuePair<string, Type>> more) => new(_byAlias.Concat(more));

    public IEnumerable<string> Aliases => _byAlias.Keys;

    public string AliasOf(Type type)
        => _byType.TryGetValue(type, out var alias) ? alias : throw new UnknownEventTypeException(type.FullName ?? type.Name);

    public Type TypeOf(string alias)
        => _byAlias.TryGetValue(alias, out var type) ? type : throw new UnknownEventTypeException(alias);
}

/// <summary>The store holds, or was given, an event type that this build does not know: stop, never skip.</summary>
public sealed class UnknownEventTypeException(string type)
    : Exception($"The event type '{type}' is not registered. A newer version of the service may have written it.")
{
    public string EventType { get; } = type;
}
