using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pathways.Contracts;

/// <summary>The catalogue of all public events, by their name on the wire, and their one JSON form.</summary>
public static class PublicEvents
{
    private static readonly FrozenDictionary<string, Type> ByType = typeof(IPublicEvent).Assembly.GetTypes()
        .Where(type => type.GetCustomAttribute<PublicEventAttribute>() is not null)
        .ToFrozenDictionary(type => type.GetCustomAttribute<PublicEventAttribute>()!.Type);

    private static readonly FrozenDictionary<Type, PublicEventAttribute> Names =
        ByType.Values.ToFrozenDictionary(type => type, type => type.GetCustomAttribute<PublicEventAttribute>()!);

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = false,
        // Receivers of version 1 must go on reading when a field is added.
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    };

    public static IEnumerable<Type> All => Names.Keys;

    public static PublicEventAttribute NameOf(Type type) => Names[type];

    /// <summary>Null when this build does not know the type.</summary>
    public static Type? Find(string type) => ByType.GetValueOrDefault(type);
}
