namespace Pathways.Messaging.Operating;

/// <summary>
/// An operator decided to go on from a source that was restored from a backup. In the stream <c>source-NAME</c> of each tenant
/// that it concerns, and above the tenants, there without the lists.
/// </summary>
/// <param name="Known">How far we knew the log that is lost.</param>
/// <param name="Common">Up to there at least it is the log that the source has now.</param>
/// <param name="Reaches">How far the source's log comes now.</param>
/// <param name="Remaining">Events here that followed from events that the source has lost.</param>
public sealed record SourceAccepted(
    string Source, long Known, long Common, long Reaches, IReadOnlyList<RewoundStream> Rewound, IReadOnlyList<RemainingEvent> Remaining, string Reason)
{
    public const string Alias = "source_accepted";

    public static string StreamOf(string source) => $"source-{source}";
}

/// <param name="Taken">The last version that was taken.</param>
/// <param name="Kept">The last one of these that the source still has: what it has after that is taken.</param>
/// <param name="There">The last public version that the source has now.</param>
public sealed record RewoundStream(string Tenant, string Stream, long Taken, long Kept, long There);

/// <param name="Cause">The lost event.</param>
public sealed record RemainingEvent(string Tenant, string Stream, long Version, string Type, Guid Cause);

/// <param name="Done">False: it is what would be done.</param>
public sealed record SourceAcceptanceView(
    string Source, bool Done, long Known, long Common, long Reaches, IReadOnlyList<RewoundStream> Rewound, IReadOnlyList<RemainingEvent> Remaining);
