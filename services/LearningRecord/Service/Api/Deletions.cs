using System.Collections.Immutable;
using Pathways.EventStore;
using Pathways.LearningRecord.Deleting;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary>Deleting statements by a filter, and rules for how long they are kept.</summary>
internal static class Deletions
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/learning-record/deletions", DeleteAsync).RequireScope(Scopes.Operator)
            .WithName("DeleteStatements").WithSummary("Delete statements by a filter; with dryRun it only counts them.").Produces<DeletionView>();
        routes.MapGet("/learning-record/retention", async (HttpContext http, IEventStore store, CancellationToken cancellation) =>
        {
            var current = await store.LoadAsync(http.Caller().Tenant, Retention.Stream, Retention.Decider, cancellation);
            http.Response.Headers.ETag = ETags.Of(current.Version);
            return TypedResults.Ok(current.State);
        }).RequireScope(Scopes.Operator).WithName("GetRetention").WithSummary("How long statements are kept.");
        routes.MapPut("/learning-record/retention", (SetRetention request, HttpContext http, CommandEndpoint commands)
                => commands.RunAsync(http, Retention.Stream, Retention.Decider, current => Retention.Set(current, request.Rules), (set, _) => set))
            .RequireScope(Scopes.Operator).WithName("SetRetention").WithSummary("Set how long statements are kept; what is older is deleted within the hour.").Produces<RetentionRulesSet>();
    }

    private static async Task<IResult> DeleteAsync(DeleteStatements request, HttpContext http, StatementDeletion deletion, CancellationToken cancellation)
    {
        if (request.Filter.Reject() is { } refused) return refused.ToProblem();
        if (request.DryRun) return TypedResults.Ok(new DeletionView(null, await deletion.CountAsync(http.Caller().Tenant, request.Filter, cancellation), DryRun: true));
        var done = await deletion.DeleteAsync(http.EventContext(), request.Filter, request.Reason ?? "asked for", cancellation);
        return done.IsAccepted ? TypedResults.Ok(new DeletionView(done.Value.DeletionId, done.Value.Statements, DryRun: false)) : done.Rejection.ToProblem();
    }
}

public sealed record DeleteStatements(DeletionFilter Filter, bool DryRun = false, string? Reason = null);

public sealed record SetRetention(ImmutableArray<RetentionRule> Rules);

/// <param name="DeletionId">Its stream is <c>deletion-</c> and this; null of a dry run.</param>
public sealed record DeletionView(Guid? DeletionId, long Statements, bool DryRun);
