using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pathways.LinkedData;

namespace Pathways.TransferRecognition;

/// <summary>The service's own JSON: read models, and the canonical form that parties sign.</summary>
internal static class Json
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>SHA-256, hex, over RFC 8785: anyone can recompute it from the terms as the routes show them.</summary>
    public static string CanonicalHash(object value)
        => Convert.ToHexStringLower(SHA256.HashData(Jcs.Canonicalize(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Options))));

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Options);

    public static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
