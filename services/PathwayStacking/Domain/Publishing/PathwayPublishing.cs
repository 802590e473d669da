using System.Collections.Immutable;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Publishing;

/// <summary>A version of a pathway went out; learners enrol in it from now on.</summary>
/// <param name="PathwayId">The service's id; the stream is <c>pathway-&lt;id&gt;</c>.</param>
/// <param name="Version">From 1.</param>
/// <param name="VersionHash">See <see cref="PathwayCompiler.VersionHash"/>.</param>
/// <param name="DocumentSha256">Of the imported document, hex; null when it was authored here.</param>
/// <param name="Findings">Warnings the registrar published it with.</param>
public sealed record PathwayPublished(
    string PathwayId,
    int Version,
    string VersionHash,
    Pathway Pathway,
    PathwaySettings Settings,
    string? DocumentSha256,
    IReadOnlyList<Finding> Findings,
    DateTimeOffset PublishedAt);

/// <summary>No further enrolment; who is enrolled stays.</summary>
public sealed record PathwayRetired(string Reason, DateTimeOffset RetiredAt);

public sealed record PublishPathway(string PathwayId, Pathway Pathway, PathwaySettings Settings, string? DocumentSha256 = null);

public sealed record RetirePathway(string Reason);

/// <summary>State of a stream <c>pathway-&lt;id&gt;</c>.</summary>
/// <param name="Versions">All of them, the latest last.</param>
public sealed record PathwayState(ImmutableList<PathwayPublished> Versions, bool IsRetired)
{
    public static PathwayState Initial { get; } = new([], IsRetired: false);

    /// <summary>The latest version; null before the first.</summary>
    public PathwayPublished? Published => Versions.IsEmpty ? null : Versions[^1];

    /// <summary>What a learner of a cohort enrols in on a day: the latest version that is in force then.</summary>
    public PathwayPublished? InForce(DateOnly day, string? cohort) => Versions.FindLast(version => version.Settings.Effective?.Covers(day, cohort) != false);
}

public static class PathwayDecider
{
    public static Decider<PathwayState> Decider { get; } = new(PathwayState.Initial, Evolve);

    /// <summary>
    /// Refused with the code of the first error of <see cref="PathwayChecks"/>, or as <c>pathway-id-changed</c> when another pathway (another IRI)
    /// was published here. Publishing the same content again changes nothing.
    /// </summary>
    public static Decision Decide(PathwayState state, PublishPathway command, DateTimeOffset now)
    {
        var findings = PathwayChecks.Check(command.Pathway, command.Settings);
        if (findings.FirstOrDefault(finding => finding.Severity == FindingSeverity.Error) is { } error)
            return Rejection.Invalid(error.Code, error.Message, error.Remedy, error.Place);
        if (state.Published is { } previous && previous.Pathway.Id != command.Pathway.Id)
            return Rejection.Conflict("pathway-id-changed", $"This is \"{previous.Pathway.Id}\", not \"{command.Pathway.Id}\".", "Publish it as a pathway of its own.");
        var hash = PathwayCompiler.VersionHash(command.Pathway, command.Settings);
        if (state.Published?.VersionHash == hash && !state.IsRetired)
            return Decision.Nothing;
        return Decision.Accept(new PathwayPublished(
            command.PathwayId, (state.Published?.Version ?? 0) + 1, hash, command.Pathway, command.Settings, command.DocumentSha256, findings, now));
    }

    public static Decision Decide(PathwayState state, RetirePathway command, DateTimeOffset now)
    {
        if (state.Published is null)
            return Rejection.NotFound("pathway-not-found", "The pathway was never published.", "List the pathways with GET /pathway-stacking/pathways.");
        return state.IsRetired ? Decision.Nothing : Decision.Accept(new PathwayRetired(command.Reason, now));
    }

    private static PathwayState Evolve(PathwayState state, object @event) => @event switch
    {
        PathwayPublished published => new(state.Versions.Add(published), IsRetired: false),
        PathwayRetired => state with { IsRetired = true },
        _ => throw new ArgumentException($"{@event.GetType().Name} is no event of a pathway.", nameof(@event)),
    };
}
