using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Cmi5;

/// <summary>Verbs that a unit reports, by the last part of their IRI.</summary>
public static class Cmi5Verbs
{
    public const string Initialized = "initialized";
    public const string Completed = "completed";
    public const string Passed = "passed";
    public const string Failed = "failed";
    public const string Terminated = "terminated";

    public static IReadOnlyList<string> OfUnits { get; } = [Initialized, Completed, Passed, Failed, Terminated];
}

/// <summary>A unit's statement, as far as its order matters.</summary>
/// <param name="Verb">Of what cmi5 defines, the last part of the IRI.</param>
/// <param name="IsDefined">It is of cmi5's category; others are allowed between initialized and terminated, and count for nothing.</param>
public sealed record Cmi5Report(string Verb, bool IsDefined, DateTimeOffset At);

/// <summary>Which statement may follow which, in a session and in a registration (cmi5, section 9.3). The order is that in which they come.</summary>
internal static class Cmi5Order
{
    public static Rejection? Breach(Cmi5State state, Guid sessionId, Cmi5Report report)
    {
        if (!state.Sessions.TryGetValue(sessionId, out var session)) return Forbidden("cmi5-session-unknown", "There is no such session.");
        if (session.IsOver) return Forbidden("cmi5-session-over", "The session is over: nothing follows terminated, and nothing is taken of a session that was abandoned.");
        bool isBegun = session.Verbs.Contains(Cmi5Verbs.Initialized);
        if (!isBegun && !(report.IsDefined && report.Verb == Cmi5Verbs.Initialized)) return Forbidden("cmi5-order", "The first statement of a session must be initialized.");
        if (!report.IsDefined) return null;
        if (session.Mode != Cmi5Modes.Normal && report.Verb is not (Cmi5Verbs.Initialized or Cmi5Verbs.Terminated))
            return Forbidden("cmi5-mode", $"In the mode {session.Mode} nothing but initialized and terminated is reported.");
        if (session.Verbs.Contains(report.Verb)) return Forbidden("cmi5-repeated", $"The session has reported {report.Verb} already.");
        var unit = state.UnitOf(session.Unit);
        return report.Verb switch
        {
            Cmi5Verbs.Passed or Cmi5Verbs.Failed when session.Verbs.Contains(Cmi5Verbs.Passed) || session.Verbs.Contains(Cmi5Verbs.Failed)
                => Forbidden("cmi5-repeated", "A session reports either passed or failed."),
            Cmi5Verbs.Completed when unit.Completed => Forbidden("cmi5-repeated", "The unit was completed before in this registration."),
            Cmi5Verbs.Passed when unit.Passed => Forbidden("cmi5-repeated", "The unit was passed before in this registration."),
            Cmi5Verbs.Failed when unit.Passed => Forbidden("cmi5-order", "A unit that was passed is not failed afterwards."),
            _ => null,
        };
    }

    private static Rejection Forbidden(string code, string message) => Rejection.Forbidden(code, message, "See section 9.3 of the cmi5 specification.");
}
