using System.Collections.Immutable;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Connecting;

/// <param name="Settings">Null before it is defined.</param>
public sealed record ConnectionState(ConnectionSettings? Settings, bool IsPaused, bool IsEnded);

/// <summary>One connection, from being defined to being ended.</summary>
public static class Connection
{
    public const string Out = "out";
    public const string In = "in";

    public const int ShortestInterval = 1;
    public const int LongestInterval = 24 * 60 * 60;

    private const int LongestText = 200;
    private const int MostSkipped = 200;

    public static Decider<ConnectionState> Decider { get; } = new(new ConnectionState(Settings: null, IsPaused: false, IsEnded: false), (state, @event) => @event switch
    {
        ConnectionDefined defined => state with { Settings = defined.Settings },
        ConnectionChanged changed => state with { Settings = changed.Settings },
        ConnectionPaused => state with { IsPaused = true },
        ConnectionResumed => state with { IsPaused = false },
        ConnectionEnded => state with { IsEnded = true },
        StatementsSkipped => state,
        _ => throw new InvalidOperationException($"A connection's stream does not hold {@event.GetType().Name}."),
    });

    public static string Stream(Guid id) => $"connection-{id:D}";

    public static Decision Define(ConnectionState state, ConnectionDefined defined)
    {
        if (state.Settings is not null) return Rejection.Conflict("connection-exists", $"The connection {defined.ConnectionId} exists.", "Repeat the request; it gets another id.");
        return Breach(defined.Settings) is { } breach ? breach : Decision.Accept(defined);
    }

    public static Decision Change(ConnectionState state, Guid id, ConnectionSettings settings, bool secretChanged)
    {
        if (Absent(state, id) is { } absent) return absent;
        if (Breach(settings) is { } breach) return breach;
        if (settings.Direction != state.Settings!.Direction) return Invalid("The direction of a connection stays: define another one.", "direction");
        // Where it goes on is a time of that store's clock, which says nothing at another store.
        if (settings.Direction == In && settings.Endpoint != state.Settings.Endpoint)
            return Invalid("Another endpoint is another record store: define another connection.", "endpoint");
        // A secret that is never shown must not be sent to another host either.
        if (!secretChanged && Host(settings) != Host(state.Settings))
            return Rejection.Invalid("connection-secret-required", "At another host the old secret does not stay.", "Give the secret that the other record store expects.", "/secret");
        // Nor in clear as a bearer token what was a password: whoever leaves out the key has most likely forgotten it.
        if (!secretChanged && HasKey(settings) != HasKey(state.Settings))
            return Rejection.Invalid("connection-secret-required", "With a key the secret is a password, without one a bearer token; the old one is not both.", "Give the key as before, or the new secret with it.", "/secret");
        return settings == state.Settings && !secretChanged ? Decision.Nothing : Decision.Accept(new ConnectionChanged(id, settings, secretChanged));
    }

    public static Decision Pause(ConnectionState state, Guid id)
        => Absent(state, id) is { } absent ? absent : state.IsPaused ? Decision.Nothing : Decision.Accept(new ConnectionPaused(id));

    public static Decision Resume(ConnectionState state, Guid id)
        => Absent(state, id) is { } absent ? absent : state.IsPaused ? Decision.Accept(new ConnectionResumed(id)) : Decision.Nothing;

    public static Decision End(ConnectionState state, Guid id)
        => Absent(state, id) is { } absent ? absent : Decision.Accept(new ConnectionEnded(id));

    public static Decision Skip(ConnectionState state, Guid id, ImmutableArray<Guid> statements)
    {
        if (Absent(state, id) is { } absent) return absent;
        return statements.IsEmpty || statements.Length > MostSkipped || statements.Distinct().Count() != statements.Length
            ? Invalid($"Between one and {MostSkipped} different statements are skipped at once.", "statements")
            : Decision.Accept(new StatementsSkipped(id, statements));
    }

    public static Rejection Unknown(Guid id) => Rejection.NotFound("connection-not-found", $"There is no connection {id}.", "List the connections with GET /learning-record/connections.");

    private static Rejection? Absent(ConnectionState state, Guid id) => state.Settings is null || state.IsEnded ? Unknown(id) : null;

    private static Rejection? Breach(ConnectionSettings settings)
    {
        if (settings.Direction is not (Out or In)) return Invalid("The direction is 'out' or 'in'.", "direction");
        if (settings.Name.Length is 0 or > LongestText) return Invalid($"The name has 1 to {LongestText} characters.", "name");
        if (settings.Key.Length > LongestText || settings.Key.Contains(':')) return Invalid($"The key has at most {LongestText} characters, and no colon; without one the secret is a bearer token.", "key");
        if (!Uri.TryCreate(settings.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("https" or "http")
            || endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
            return Invalid("The endpoint is the address of a record store without query, as https://lrs.example.edu/xapi.", "endpoint");
        if (XapiVersions.Parse(settings.XapiVersion) is null) return Invalid("The version is 2.0.0 or 1.0.3.", "xapiVersion");
        if (settings.IntervalSeconds is < ShortestInterval or > LongestInterval)
            return Invalid($"The interval has {ShortestInterval} to {LongestInterval} seconds.", "intervalSeconds");
        return Breach(settings.Filter, settings.Direction);
    }

    private static Rejection? Breach(StatementFilter filter, string direction)
    {
        if (!AreIris(filter.Verbs)) return Invalid($"Verbs are at most {StatementFilter.MostOfEach} IRIs.", "filter/verbs");
        if (!AreIris(filter.Activities)) return Invalid($"Activities are at most {StatementFilter.MostOfEach} IRIs.", "filter/activities");
        if (filter.Learners.Length > StatementFilter.MostOfEach) return Invalid($"At most {StatementFilter.MostOfEach} agents are taken.", "filter/agents");
        if (direction == Out) return null;
        // The other store filters, and xAPI lets it be asked for one of each.
        if (filter.Verbs.Length > 1) return Invalid("A record store can be asked for one verb at a time.", "filter/verbs");
        if (filter.Activities.Length > 1) return Invalid("A record store can be asked for one activity at a time.", "filter/activities");
        return filter.Learners.Length > 0 ? Invalid("What is fetched is not filtered by agents.", "filter/agents") : null;
    }

    private static string Host(ConnectionSettings settings) => new Uri(settings.Endpoint).GetLeftPart(UriPartial.Authority);

    private static bool HasKey(ConnectionSettings settings) => settings.Key.Length > 0;

    private static bool AreIris(ImmutableArray<string> values) => values.Length <= StatementFilter.MostOfEach && values.All(value => value is not null && Iri.IsValid(value));

    private static Rejection Invalid(string message, string place) => Rejection.Invalid("connection-invalid", message, "Correct the settings at this place.", "/" + place);
}
