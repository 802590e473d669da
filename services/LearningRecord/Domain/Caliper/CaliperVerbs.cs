using System.Collections.Frozen;

namespace Pathways.LearningRecord.Domain.Caliper;

/// <summary>What a Caliper event is as a statement.</summary>
/// <param name="Event">Type of the event (Caliper 1.2, section 4).</param>
/// <param name="Action">Term of its action.</param>
/// <param name="Verb">IRI of the verb.</param>
public sealed record CaliperVerb(string Event, string Action, string Verb);

/// <summary>
/// Which verb an event of Caliper has, event by event and action by action. What is not listed keeps Caliper's own IRI as its
/// verb. Nothing but <c>AssignableEvent Completed</c> becomes a verb that the default mapping rules take for an achievement:
/// to submit is not yet to complete, and to reach a medium's end is not to have learnt.
/// </summary>
public static class CaliperVerbs
{
    public const string Actions = "http://purl.imsglobal.org/caliper/actions/";

    private const string Adl = "http://adlnet.gov/expapi/verbs/";
    private const string AdlW3Id = "https://w3id.org/xapi/adl/verbs/";
    private const string Video = "https://w3id.org/xapi/video/verbs/";
    private const string Streams = "http://activitystrea.ms/schema/1.0/";
    private const string TinCan = "http://id.tincanapi.com/verb/";

    public static IReadOnlyList<CaliperVerb> All { get; } =
    [
        new("AnnotationEvent", "Bookmarked", TinCan + "bookmarked"),
        new("AnnotationEvent", "Highlighted", "http://risc-inc.com/annotator/verbs/annotated"),
        new("AnnotationEvent", "Shared", Adl + "shared"),
        new("AnnotationEvent", "Tagged", Streams + "tag"),
        new("AssessmentEvent", "Paused", Adl + "suspended"),
        new("AssessmentEvent", "Restarted", Adl + "attempted"),
        new("AssessmentEvent", "Resumed", Adl + "resumed"),
        new("AssessmentEvent", "Started", Adl + "attempted"),
        new("AssessmentEvent", "Submitted", Streams + "submit"),
        new("AssessmentItemEvent", "Completed", Adl + "answered"),
        new("AssessmentItemEvent", "Skipped", TinCan + "skipped"),
        new("AssessmentItemEvent", "Started", Adl + "attempted"),
        new("AssignableEvent", "Completed", Adl + "completed"),
        new("AssignableEvent", "Reviewed", TinCan + "reviewed"),
        new("AssignableEvent", "Started", Adl + "attempted"),
        new("AssignableEvent", "Submitted", Streams + "submit"),
        new("FeedbackEvent", "Commented", Adl + "commented"),
        new("FeedbackEvent", "Ranked", TinCan + "rated"),
        new("ForumEvent", "Subscribed", Streams + "follow"),
        new("ForumEvent", "Unsubscribed", Streams + "stop-following"),
        new("GradeEvent", "Graded", Adl + "scored"),
        .. Media("played", "Started", "Resumed", "Restarted"),
        .. Media("paused", "Paused"),
        .. Media("seeked", "ForwardedTo", "JumpedTo"),
        new("MediaEvent", "Ended", Adl + "terminated"),
        .. Operated(
            "ChangedResolution", "ChangedSize", "ChangedSpeed", "ChangedVolume", "ClosedPopout", "DisabledClosedCaptioning", "EnabledClosedCaptioning",
            "EnteredFullScreen", "ExitedFullScreen", "Muted", "OpenedPopout", "Unmuted"),
        new("MessageEvent", "MarkedAsRead", Streams + "read"),
        new("MessageEvent", "Posted", "https://w3id.org/xapi/acrossx/verbs/posted"),
        new("NavigationEvent", "NavigatedTo", Streams + "access"),
        new("QuestionnaireEvent", "Started", Adl + "attempted"),
        new("QuestionnaireEvent", "Submitted", Streams + "submit"),
        new("QuestionnaireItemEvent", "Completed", Adl + "answered"),
        new("QuestionnaireItemEvent", "Skipped", TinCan + "skipped"),
        new("QuestionnaireItemEvent", "Started", Adl + "attempted"),
        new("ResourceManagementEvent", "Archived", Streams + "archive"),
        new("ResourceManagementEvent", "Created", Streams + "create"),
        new("ResourceManagementEvent", "Deleted", Streams + "delete"),
        new("ResourceManagementEvent", "Downloaded", TinCan + "downloaded"),
        new("ResourceManagementEvent", "Modified", Streams + "update"),
        new("ResourceManagementEvent", "Retracted", Streams + "retract"),
        new("ResourceManagementEvent", "Saved", Streams + "save"),
        new("SearchEvent", "Searched", Streams + "search"),
        new("SessionEvent", "LoggedIn", AdlW3Id + "logged-in"),
        new("SessionEvent", "LoggedOut", AdlW3Id + "logged-out"),
        new("SessionEvent", "TimedOut", Adl + "terminated"),
        new("SurveyEvent", "OptedIn", Streams + "join"),
        new("SurveyEvent", "OptedOut", Streams + "leave"),
        new("SurveyInvitationEvent", "Accepted", Streams + "accept"),
        new("SurveyInvitationEvent", "Declined", Streams + "reject"),
        new("SurveyInvitationEvent", "Sent", Streams + "send"),
        new("ThreadEvent", "MarkedAsRead", Streams + "read"),
        new("ToolLaunchEvent", "Launched", Adl + "launched"),
        new("ToolLaunchEvent", "Returned", Streams + "return"),
        new("ToolUseEvent", "Used", Streams + "use"),
        new("ViewEvent", "Viewed", TinCan + "viewed"),
    ];

    private static readonly FrozenDictionary<(string, string), string> ByEvent = All.ToFrozenDictionary(verb => (verb.Event, verb.Action), verb => verb.Verb);

    public static string? Find(string eventType, string action) => ByEvent.GetValueOrDefault((eventType, action));

    private static IEnumerable<CaliperVerb> Media(string verb, params string[] actions) => actions.Select(action => new CaliperVerb("MediaEvent", action, Video + verb));

    private static IEnumerable<CaliperVerb> Operated(params string[] actions) => actions.Select(action => new CaliperVerb("MediaEvent", action, Adl + "interacted"));
}
