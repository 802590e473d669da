using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pathways.EventStore.Integrity;

namespace Pathways.WebDefaults;

/// <summary>
/// Signed heads of the service's log and proofs against them (RFC 9162), for whoever keeps heads elsewhere and trusts
/// nothing else. Hashes alone; they reveal no event.
/// </summary>
internal static class ProofRoutes
{
    public static void MapProofs(this IEndpointRouteBuilder routes, ServiceDefinition definition)
    {
        var audit = routes.MapGroup($"/{definition.Name}/audit").WithTags("audit");
        audit.MapGet("/checkpoints", CheckpointsAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<CheckpointsView>();
        audit.MapPost("/checkpoints", SignAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<CheckpointsView>();
        audit.MapGet("/proofs/inclusion", InclusionAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<ProofView>();
        audit.MapGet("/proofs/consistency", ConsistencyAsync).RequireScope(Scopes.Audit, Scopes.Operator, Scopes.Service).Produces<ProofView>();
    }

    /// <summary>The checkpoints of logs larger than <paramref name="after"/>, oldest first, as signed notes.</summary>
    private static async Task<IResult> CheckpointsAsync(long? after, Checkpoints checkpoints, CheckpointKey key, CancellationToken cancellation)
        => TypedResults.Ok(new CheckpointsView(
            key.Verifier.ToString(), await checkpoints.AfterAsync(after ?? 0, PageRequest.MaxLimit, cancellation)));

    /// <summary>Signs the log as it is now, for whoever does not want to wait for the next minute; answers as GET does.</summary>
    private static async Task<IResult> SignAsync(long? after, Checkpoints checkpoints, CheckpointKey key, CancellationToken cancellation)
    {
        await checkpoints.SignAsync(cancellation);
        return await CheckpointsAsync(after, checkpoints, key, cancellation);
    }

    /// <summary>That the event at a position is in the log of a checkpoint's size.</summary>
    private static async Task<IResult> InclusionAsync(long position, long size, Checkpoints checkpoints, CancellationToken cancellation)
        => ProofView.Of(await checkpoints.InclusionAsync(position, size, cancellation));

    /// <summary>That the log of one size is the beginning of a checkpoint's log.</summary>
    private static async Task<IResult> ConsistencyAsync(long from, long size, Checkpoints checkpoints, CancellationToken cancellation)
        => ProofView.Of(await checkpoints.ConsistencyAsync(from, size, cancellation));
}

/// <param name="Key">C2SP verifier key, ECDSA P-256. Its name is the origin of the checkpoints.</param>
/// <param name="Notes">C2SP tlog-checkpoint in signed notes.</param>
public sealed record CheckpointsView(string Key, IReadOnlyList<string> Notes);

/// <param name="Hashes">Hex, in the order in which RFC 9162 takes them.</param>
public sealed record ProofView(IReadOnlyList<string> Hashes)
{
    internal static IResult Of(IReadOnlyList<byte[]>? proof) => proof is null
        ? Problem.Of(ProblemCodes.NotFound, "There is no checkpoint of that size, or it does not reach that far.")
        : TypedResults.Ok(new ProofView([.. proof.Select(Convert.ToHexStringLower)]));
}
