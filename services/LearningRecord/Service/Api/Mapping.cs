using System.Collections.Immutable;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>By which rules statements become achievements: an institution's own, version by version.</summary>
internal static class Mapping
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        const string path = "/learning-record/mapping-rules";
        routes.MapGet(path, async (HttpContext http, IEventStore store, CancellationToken cancellation) =>
        {
            var current = await store.LoadAsync(http.Caller().Tenant, TenantMapping.Stream, TenantMapping.Decider, cancellation);
            http.Response.Headers.ETag = ETags.Of(current.Version);
            return TypedResults.Ok(MappingView.Of(current.State));
        }).RequireScope(Scopes.Define).WithName("GetMappingRules").WithSummary("The rules that hold now; version 0 are the default ones.");

        routes.MapGet(path + "/{version:int}", GetVersionAsync).RequireScope(Scopes.Define)
            .WithName("GetMappingRulesVersion").WithSummary("The rules of a version, as achievements name it.").Produces<MappingView>();

        routes.MapPut(path, SetAsync).RequireScope(Scopes.Define)
            .WithName("SetMappingRules").WithSummary("Set the rules for statements from now on. The first that applies decides.").Produces<MappingView>();
    }

    private static async Task<IResult> GetVersionAsync(int version, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        if (version == 0) return TypedResults.Ok(MappingView.Of(TenantMapping.Decider.Initial));
        await foreach (var recorded in store.ReadStreamAsync(http.Caller().Tenant, TenantMapping.Stream, version - 1, cancellation))
            return TypedResults.Ok(MappingView.Of((MappingRulesSet)recorded.Data));
        return Rejection.NotFound("mapping-not-found", $"There is no version {version} of the rules.", "GET /learning-record/mapping-rules tells the latest version; they count from 0.").ToProblem();
    }

    private static async Task<IResult> SetAsync(SetMapping request, HttpContext http, CommandEndpoint commands, CurrentMapping mapping)
    {
        var answer = await commands.RunAsync(
            http, TenantMapping.Stream, TenantMapping.Decider, current => TenantMapping.Set(current, request.Rules), (set, _) => MappingView.Of(set));
        mapping.Forget(http.Caller().Tenant);
        return answer;
    }
}

public sealed record SetMapping(ImmutableArray<MappingRule> Rules);

/// <param name="Version">As achievements name it.</param>
public sealed record MappingView(string Version, IReadOnlyList<MappingRule> Rules)
{
    public static MappingView Of(MappingRulesSet set) => new(TenantMapping.RulesOf(set).Version, set.Rules);
}
