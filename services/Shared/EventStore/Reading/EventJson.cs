using System.Text.Json;

namespace Pathways.EventStore.Reading;

/// <summary>
/// Event data as Marten writes it: System.Text.Json's defaults, so PascalCase. A missing constructor argument is a
/// fault: a wrong name would otherwise be read silently as a default value.
/// </summary>
internal static class EventJson
{
    private static readonly JsonSerializerOptions Options = new() { RespectRequiredConstructorParameters = true };

    public static string Write(object data) => JsonSerializer.Serialize(data, data.GetType(), Options);

    public static object Read(string json, Type type)
        => JsonSerializer.Deserialize(json, type, Options) ?? throw new JsonException($"The stored event of type {type.Name} is null.");
}
