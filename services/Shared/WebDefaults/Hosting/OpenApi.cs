using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Pathways.WebDefaults;

internal static class OpenApiExport
{
    private const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;

    public static void AddServiceOpenApi(this IServiceCollection services, ServiceDefinition definition)
        => services.AddOpenApi(definition.Name, options =>
        {
            options.OpenApiVersion = Version;
            options.ShouldInclude = _ => true;
        });

    public static void MapServiceOpenApi(this IEndpointRouteBuilder routes, ServiceDefinition definition)
        => routes.MapOpenApi($"/{definition.Name}/openapi.json").AllowAnonymous();

    /// <summary>Without starting the host: neither database nor broker is needed.</summary>
    public static async Task WriteAsync(WebApplication app, ServiceDefinition definition, TextWriter output)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var provider = scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(definition.Name);
        var document = await provider.GetOpenApiDocumentAsync();
        document.Servers = [];
        await output.WriteLineAsync(await document.SerializeAsJsonAsync(Version));
    }
}
