using System.Collections.Immutable;
using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Cmi5;

public sealed record Cmi5UnitState(bool Completed, bool Passed, bool Waived)
{
    public static Cmi5UnitState None { get; } = new(Completed: false, Passed: false, Waived: false);

    public bool IsDone(Cmi5Unit unit) => Waived || Cmi5MoveOn.IsMet(unit.MoveOn, Completed, Passed);
}

/// <param name="Verbs">What its unit has reported so far.</param>
public sealed record Cmi5Session(Guid Id, string Unit, string Mode, string FetchHash, string? TokenHash, DateTimeOffset LaunchedAt, DateTimeOffset LastAt, ImmutableHashSet<string> Verbs, bool IsAbandoned)
{
    public bool IsOver => IsAbandoned || Verbs.Contains(Cmi5Verbs.Terminated);
}

public sealed record Cmi5State(
    Cmi5Registered? Registered, ImmutableDictionary<string, Cmi5UnitState> Units, ImmutableDictionary<Guid, Cmi5Session> Sessions, ImmutableHashSet<string> Satisfied)
{
    public Cmi5UnitState UnitOf(string unit) => Units.GetValueOrDefault(unit) ?? Cmi5UnitState.None;

    /// <summary>At most one session of a registration goes on.</summary>
    public Cmi5Session? Active => Sessions.Values.FirstOrDefault(session => !session.IsOver);
}

public static class Cmi5Modes
{
    public const string Normal = "Normal";

    public static IReadOnlyList<string> All { get; } = [Normal, "Browse", "Review"];
}

/// <summary>
/// A learner's way through a course (cmi5, section 9.3): launches, what units report, what is waived, and which blocks and
/// courses are satisfied by it. The course comes in as an argument, in the version that the registration was made for.
/// </summary>
public static class Cmi5Registration
{
    private const int LongestReason = 500;

    public static Decider<Cmi5State> Decider { get; } = new(
        new Cmi5State(
            Registered: null, ImmutableDictionary.Create<string, Cmi5UnitState>(StringComparer.Ordinal), ImmutableDictionary<Guid, Cmi5Session>.Empty, ImmutableHashSet.Create<string>(StringComparer.Ordinal)),
        Evolve);

    public static string Stream(Guid registration) => $"cmi5-registration-{registration:D}";

    /// <summary>What needs nothing of the learner is satisfied at once (section 9.6.1), in a session of its own.</summary>
    public static Decision Register(Cmi5State state, Cmi5Course course, Cmi5Registered registered)
    {
        if (state.Registered is { } before)
        {
            return before.CourseKey == registered.CourseKey && before.LearnerId == registered.LearnerId
                ? Decision.Nothing
                : Rejection.Conflict("cmi5-registration-taken", "The registration is another learner's, or of another course.", "Register with an id of its own.");
        }
        return WithSatisfied(state, course, DeterministicId.From(registered.RegistrationId, "registered"), registered);
    }

    /// <summary>A session that still goes on is abandoned by it (section 9.3.6).</summary>
    public static Decision Launch(Cmi5State state, Cmi5Course course, Cmi5Launched launch)
    {
        if (state.Registered is null) return Unknown;
        if (course.Find(launch.Unit) is null) return Rejection.Invalid("cmi5-unit-unknown", "The course has no such unit.", "Name it by its id in the course structure.", "/unit");
        if (!Cmi5Modes.All.Contains(launch.Mode)) return Rejection.Invalid("cmi5-mode-unknown", $"The mode must be one of {string.Join(", ", Cmi5Modes.All)}.", "Leave it out for Normal.", "/mode");
        return state.Active is { } active ? Decision.Accept(new Cmi5Abandoned(active.Id, launch.At), launch) : Decision.Accept(launch);
    }

    /// <summary>The token is handed out once, to whoever has the launch's secret (section 8.2).</summary>
    public static Decision Fetch(Cmi5State state, Guid sessionId, string fetchHash, string tokenHash)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var session) || session.FetchHash != fetchHash) return Rejection.Forbidden("cmi5-fetch-unknown", "The fetch URL is none that was given out.", "Launch the unit again: each launch has an address of its own.");
        return session.TokenHash is not null || session.IsOver
            ? Rejection.Conflict("cmi5-fetch-used", "The authorization token has been returned already, or the session is over.", "Launch the unit again: each launch has an address of its own.")
            : Decision.Accept(new Cmi5TokenFetched(sessionId, tokenHash));
    }

    /// <summary>Statements of a unit, in their order. None is taken unless all may be.</summary>
    public static Decision Report(Cmi5State state, Cmi5Course course, Guid sessionId, IReadOnlyList<Cmi5Report> reports)
    {
        var events = new List<object>();
        foreach (var report in reports)
        {
            if (Cmi5Order.Breach(state, sessionId, report) is { } breach) return breach;
            if (!report.IsDefined) continue;
            var reported = new Cmi5Reported(sessionId, report.Verb, report.At);
            events.Add(reported);
            state = Evolve(state, reported);
            foreach (var satisfied in NewlySatisfied(state, course, sessionId))
            {
                events.Add(satisfied);
                state = Evolve(state, satisfied);
            }
        }
        return Decision.Accept([.. events]);
    }

    public static Decision Waive(Cmi5State state, Cmi5Course course, Cmi5Waived waived)
    {
        if (state.Registered is null) return Unknown;
        if (course.Find(waived.Unit) is null) return Rejection.Invalid("cmi5-unit-unknown", "The course has no such unit.", "Name it by its id in the course structure.", "/unit");
        if (waived.Reason.Trim().Length == 0 || waived.Reason.Length > LongestReason)
            return Rejection.Invalid("cmi5-reason-missing", $"A unit is waived for a reason, of at most {LongestReason} characters.", "For instance: Tested Out, Equivalent AU, Equivalent Outside Activity, Administrative.", "/reason");
        return state.UnitOf(waived.Unit).Waived ? Decision.Nothing : WithSatisfied(state, course, waived.SessionId, waived);
    }

    public static Decision Abandon(Cmi5State state, Guid sessionId, DateTimeOffset now)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var session)) return Rejection.NotFound("cmi5-session-unknown", "There is no such session.", "Read the registration: activeSession is the one that goes on.");
        if (session.IsAbandoned) return Decision.Nothing;
        return session.IsOver ? Rejection.Conflict("cmi5-session-over", "The unit has ended the session itself.", "Nothing is left to end: launch the unit again for another one.") : Decision.Accept(new Cmi5Abandoned(sessionId, now));
    }

    private static readonly Rejection Unknown = Rejection.NotFound("cmi5-registration-unknown", "There is no such registration.", "Register the learner first.");

    private static Decision WithSatisfied(Cmi5State state, Cmi5Course course, Guid sessionId, object @event)
        => Decision.Accept([@event, .. NewlySatisfied(Evolve(state, @event), course, sessionId)]);

    /// <summary>Blocks from the innermost, then the course; each once in a registration.</summary>
    private static IEnumerable<Cmi5Satisfied> NewlySatisfied(Cmi5State state, Cmi5Course course, Guid sessionId)
    {
        var open = course.Units.Where(unit => !state.UnitOf(unit.Id).IsDone(unit)).ToList();
        foreach (var block in course.Blocks.OrderByDescending(block => block.Within.Length))
        {
            if (!state.Satisfied.Contains(block.Id) && !open.Exists(unit => unit.Within.Contains(block.Id))) yield return new Cmi5Satisfied(block.Id, sessionId);
        }
        if (open.Count == 0 && !state.Satisfied.Contains(course.Id)) yield return new Cmi5Satisfied(course.Id, sessionId);
    }

    private static Cmi5State Evolve(Cmi5State state, object @event) => @event switch
    {
        Cmi5Registered registered => state with { Registered = registered },
        Cmi5Launched launched => state with
        {
            Sessions = state.Sessions.Add(launched.SessionId, new Cmi5Session(
                launched.SessionId, launched.Unit, launched.Mode, launched.FetchHash, TokenHash: null, launched.At, launched.At, ImmutableHashSet.Create<string>(StringComparer.Ordinal), IsAbandoned: false)),
        },
        Cmi5TokenFetched fetched => Session(state, fetched.SessionId, session => session with { TokenHash = fetched.TokenHash }),
        Cmi5Reported reported => Reported(state, reported),
        Cmi5Abandoned abandoned => Session(state, abandoned.SessionId, session => session with { IsAbandoned = true }),
        Cmi5Waived waived => state with { Units = state.Units.SetItem(waived.Unit, state.UnitOf(waived.Unit) with { Waived = true }) },
        Cmi5Satisfied satisfied => state with { Satisfied = state.Satisfied.Add(satisfied.Target) },
        _ => throw new InvalidOperationException($"A registration's stream does not hold {@event.GetType().Name}."),
    };

    private static Cmi5State Reported(Cmi5State state, Cmi5Reported reported)
    {
        string unit = state.Sessions[reported.SessionId].Unit;
        var now = reported.Verb switch
        {
            Cmi5Verbs.Completed => state.UnitOf(unit) with { Completed = true },
            Cmi5Verbs.Passed => state.UnitOf(unit) with { Passed = true },
            _ => state.UnitOf(unit),
        };
        return Session(state with { Units = state.Units.SetItem(unit, now) }, reported.SessionId, session => session with
        {
            Verbs = session.Verbs.Add(reported.Verb),
            LastAt = reported.At > session.LastAt ? reported.At : session.LastAt,
        });
    }

    private static Cmi5State Session(Cmi5State state, Guid id, Func<Cmi5Session, Cmi5Session> change)
        => state with { Sessions = state.Sessions.SetItem(id, change(state.Sessions[id])) };
}
