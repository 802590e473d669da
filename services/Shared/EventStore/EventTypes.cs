using System.Collections.Frozen;
using System.Text.Json.Nodes;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore;

/// <summary>
/// The one table of stored event types of a service: explicit, versioned aliases (<c>credential_issued</c>,
/// <c>credential_issued_v2</c>) to records. A type that is not listed can be neither written nor read.
/// </summary>
public sealed class EventTypes
{
    private readonly FrozenDictionary<string, Type> _byAlias;
    private readonly FrozenDictionary<Type, (string Alias, string DotNetType)> _byType;
    private readonly FrozenDictionary<string, Upcaster> _upcasters;

    /// <param name="upcasters">For aliases that are still stored and not written any more.</param>
    public EventTypes(IEnumerable<KeyValuePair<string, Type>> types, IEnumerable<Upcaster>? upcasters = null)
    {
        _byAlias = types.ToFrozenDictionary();
        _byType = _byAlias.ToFrozenDictionary(pair => pair.Value, pair => (pair.Key, DotNetType(pair.Value)));
        _upcasters = (upcasters ?? []).ToFrozenDictionary(upcaster => upcaster.From);
        foreach (string from in _upcasters.Keys) TypeOf(CurrentAlias(from));
    }

    /// <summary>These and more, which other rooms contribute.</summary>
    public EventTypes With(IEnumerable<KeyValuePair<string, Type>> more) => new(_byAlias.Concat(more), _upcasters.Values);

    /// <summary>The event as this build knows it: old versions are changed step by step, as JSON.</summary>
    /// <exception cref="UnknownEventTypeException">Neither the alias nor a way from it is registered.</exception>
    public object Read(string alias, string json)
    {
        if (!_upcasters.ContainsKey(alias)) return EventJson.Read(json, TypeOf(alias));
        var data = JsonNode.Parse(json)!.AsObject();
        string current = alias;
        while (_upcasters.TryGetValue(current, out var upcaster))
        {
            data = upcaster.Change(data);
            current = upcaster.To;
        }
        return EventJson.Read(data.ToJsonString(), TypeOf(current));
    }

    /// <summary>The alias under which this build knows a stored one.</summary>
    public string CurrentAlias(string alias)
    {
        string current = alias;
        for (int steps = 0; _upcasters.TryGetValue(current, out var upcaster); steps++)
        {
            if (steps > _upcasters.Count) throw new InvalidOperationException($"The upcasters from '{alias}' go in a circle.");
            current = upcaster.To;
        }
        return current;
    }

    public IEnumerable<string> Aliases => _byAlias.Keys;

    /// <summary>Still stored, and not written any more.</summary>
    public IEnumerable<string> OldAliases => _upcasters.Keys;

    public string AliasOf(Type type) => NamesOf(type).Alias;

    /// <summary>As Marten writes it beside the alias.</summary>
    internal string DotNetTypeOf(Type type) => NamesOf(type).DotNetType;

    public Type TypeOf(string alias)
        => _byAlias.TryGetValue(alias, out var type) ? type : throw new UnknownEventTypeException(alias);

    private (string Alias, string DotNetType) NamesOf(Type type)
        => _byType.TryGetValue(type, out var names) ? names : throw new UnknownEventTypeException(type.FullName ?? type.Name);

    private static string DotNetType(Type type) => $"{type.FullName}, {type.Assembly.GetName().Name}";
}

/// <summary>One step from an old version of an event to a newer one. Pure, and total over everything ever stored under the old alias.</summary>
public sealed record Upcaster(string From, string To, Func<JsonObject, JsonObject> Change);

/// <summary>The store holds, or was given, an event type that this build does not know: stop, never skip.</summary>
public sealed class UnknownEventTypeException(string type)
    : Exception($"The event type '{type}' is not registered. A newer version of the service may have written it.")
{
    public string EventType { get; } = type;
}
