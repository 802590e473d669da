using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pathways.EventStore;
using Pathways.EventStore.Erasure;
#if MARTEN
using Pathways.EventStore.Marten;
#endif
using Pathways.Observability;

namespace Pathways.WebDefaults;

/// <summary>Hosts a service: what all services have in common, around what its definition says.</summary>
public static class ServiceHost
{
    /// <summary>Time for running requests and batches to end after a signal to stop.</summary>
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(20);

    /// <summary>The argument <c>migrate</c> prepares the database, <c>openapi</c> writes the OpenAPI document; without one it serves.</summary>
    public static async Task<int> RunAsync(string[] args, ServiceDefinition definition)
    {
        var app = Build(args, definition);
        await using (app)
        {
            switch (args)
            {
                case ["openapi", ..]:
                    await OpenApi.WriteAsync(app, Console.Out);
                    break;
                case ["migrate", ..]:
                    await Migration.RunAsync(app);
                    break;
                default:
                    await app.RunAsync();
                    break;
            }
        }
        return 0;
    }

    public static WebApplication Build(string[] args, ServiceDefinition definition)
    {
        var builder = WebApplication.CreateBuilder(args);
        AddServices(builder, definition);
        var app = builder.Build();
        Use(app);
        Map(app, definition);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder, ServiceDefinition definition)
    {
        builder.AddObservability(definition.Name);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(definition);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = Drain);
        services.AddExceptionHandler<FaultHandler>();
        services.AddProblemDetails();
        services.AddStrictJson();
        services.AddLimits(builder.Configuration);
        services.AddTokens(builder.Configuration);
        services.AddServiceOpenApi(definition);
        services.AddEventStore(new EventTypes(definition.EventTypes));
#if MARTEN
        services.UseMarten();
#endif
        services.AddServiceHealth();
        services.AddScoped<StoredAnswers>();
        services.AddSingleton<IPersonalTraces, StoredAnswerTraces>();
        services.AddHostedService<StoredAnswersCleaner>();
        services.AddSingleton(LearnerRecordDisclosed.Contribution);
        services.AddSingleton<DisclosureLog>();
        services.AddHostedService(provider => provider.GetRequiredService<DisclosureLog>());
        services.AddScoped(scope => new CommandEndpoint(
            scope.GetRequiredService<IEventStore>(),
            scope.GetRequiredService<StoredAnswers>(),
            scope.GetRequiredService<IOptions<JsonOptions>>()));
        definition.Services(services);
    }

    private static void Use(WebApplication app)
    {
        // Only the door on this machine may say who it forwards for: the defaults trust loopback alone.
        app.UseForwardedHeaders(new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
        });
        app.Use(RequestTelemetry.NameAsync);
        app.Use(AnswerHeaders.AddAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages(status => Problem.Of(ProblemCodes.ForStatus(status.HttpContext.Response.StatusCode)).ExecuteAsync(status.HttpContext));
        app.UseRouting();
        app.UseRequestTimeouts();
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseAuthorization();
        app.Use(KnownQuery.RefuseUnknownAsync);
        app.Use(IdempotencyKey.CaptureAsync);
    }

    private static void Map(WebApplication app, ServiceDefinition definition)
    {
        app.MapServiceOpenApi();
        app.MapServiceHealth();
        app.MapAudit(definition);
        app.MapProofs(definition);
        app.MapProjections(definition);
        app.MapErasure(definition);
        app.MapDisclosures(definition);
        definition.Routes(app);
        RouteScopes.RequireDecisionOnEveryRoute(app);
        // Here and not at the start, so that the OpenAPI document can be written without starting.
        app.UseEndpoints(_ => { });
    }
}
