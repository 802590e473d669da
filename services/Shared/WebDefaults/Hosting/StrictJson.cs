using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pathways.WebDefaults;

/// <summary>One reading of JSON: what a request says twice, or says that we don't know, is an error and not a guess.</summary>
public static class StrictJson
{
    public const int MaxDepth = 32;

    internal static void AddStrictJson(this IServiceCollection services)
    {
        services.Configure<JsonOptions>(json => Apply(json.SerializerOptions));
        // Otherwise the framework answers 400 by itself, without a body and only outside of development.
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
    }

    public static void Apply(JsonSerializerOptions json)
    {
        json.MaxDepth = MaxDepth;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.AllowDuplicateProperties = false;
        json.RespectNullableAnnotations = true;
        json.TypeInfoResolver = (json.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(NullElementException.Refuse);
        json.RespectRequiredConstructorParameters = true;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
    }
}
