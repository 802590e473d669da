using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Pathways.WebDefaults;

/// <summary>The service's OpenAPI document: at <c>/&lt;service&gt;/openapi.json</c>, and as a file in contracts/openapi.</summary>
internal static class OpenApi
{
    private const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;
    private const string SecurityScheme = "access";

    public static void AddServiceOpenApi(this IServiceCollection services, ServiceDefinition definition)
        => services.AddOpenApi(definition.Name, options =>
        {
            options.OpenApiVersion = Version;
            options.ShouldInclude = _ => true;
            options.AddDocumentTransformer((document, _, _) => Describe(document, definition));
            options.AddOperationTransformer(SecureAsync);
        });

    /// <summary>The document is named after the service, so this is <c>/&lt;service&gt;/openapi.json</c>.</summary>
    public static void MapServiceOpenApi(this IEndpointRouteBuilder routes)
        => routes.MapOpenApi("/{documentName}/openapi.json").AllowAnonymous();

    /// <summary>Without starting the host: neither database nor broker is needed.</summary>
    public static async Task WriteAsync(WebApplication app, TextWriter output)
    {
        string name = app.Services.GetRequiredService<ServiceDefinition>().Name;
        await using var scope = app.Services.CreateAsyncScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(name).GetOpenApiDocumentAsync();
        await output.WriteLineAsync(await document.SerializeAsJsonAsync(Version));
    }

    private static Task Describe(OpenApiDocument document, ServiceDefinition definition)
    {
        document.Info = new OpenApiInfo { Title = $"Pathways: {definition.Name}", Version = "1" };
        // The door's address is the installation's matter, not the contract's.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [SecurityScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.OAuth2,
                Flows = new OpenApiOAuthFlows
                {
                    ClientCredentials = new OpenApiOAuthFlow
                    {
                        TokenUrl = new Uri("/oauth/token", UriKind.Relative),
                        Scopes = Scopes.All.Order(StringComparer.Ordinal).ToDictionary(scope => scope, scope => scope),
                    },
                },
            },
        };
        return Task.CompletedTask;
    }

    private static void Document(OpenApiOperation operation, QueryParameter parameter)
    {
        operation.Parameters ??= [];
        if (operation.Parameters.Any(told => told.In == ParameterLocation.Query && told.Name == parameter.Name)) return;
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = parameter.Name,
            In = ParameterLocation.Query,
            Description = parameter.Description,
            Required = parameter.IsRequired,
            Schema = new OpenApiSchema { Type = parameter.IsNumber ? JsonSchemaType.Integer : JsonSchemaType.String },
        });
    }

    private static void DocumentLastEvent(OpenApiOperation operation)
    {
        foreach (var answer in operation.Responses?.Values.OfType<OpenApiResponse>() ?? [])
        {
            answer.Headers ??= new Dictionary<string, IOpenApiHeader>();
            answer.Headers[MinPosition.Header] = new OpenApiHeader
            {
                Description = MinPosition.HeaderDescription,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "uuid" },
            };
        }
    }

    /// <summary>Any of the route's scopes will do, so each is an alternative of its own; every operation may answer a problem.</summary>
    private static async Task SecureAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Security = metadata.OfType<IAllowAnonymous>().Any()
            ? []
            : [.. metadata.OfType<ScopeRequirement>().SelectMany(requirement => requirement.AnyOf).Select(scope => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(SecurityScheme, context.Document)] = [scope],
            })];
        foreach (var parameter in KnownQuery.Declared(metadata)) Document(operation, parameter);
        if (metadata.OfType<IParameterBindingMetadata>().Any(parameter => parameter.ParameterInfo.ParameterType == typeof(CommandEndpoint))) DocumentLastEvent(operation);
        var problem = await context.GetOrCreateSchemaAsync(typeof(Problem), parameterDescription: null, cancellation);
        context.Document!.AddComponent(nameof(Problem), problem);
        operation.Responses ??= [];
        operation.Responses.TryAdd("default", new OpenApiResponse
        {
            Description = "A problem document (RFC 9457)",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Problem.MediaType] = new() { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document) },
            },
        });
    }
}
