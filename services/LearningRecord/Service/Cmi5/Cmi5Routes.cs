using System.Text.Json;
using System.Text.Json.Serialization;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Cmi5;
using Pathways.LearningRecord.Importing;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Cmi5;

/// <summary>cmi5 as its learning management side: courses, registrations, launches. Units themselves speak xAPI at <c>/xapi</c>, with their session's token.</summary>
internal static class Cmi5Routes
{
    private const string Courses = "/learning-record/cmi5/courses";
    private const string Registrations = "/learning-record/cmi5/registrations";
    private const string Registration = Registrations + "/{registration:guid}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Courses, ImportAsync).RequireScope(Scopes.Define).ReadsQuery("base", "Where files are whose URL is relative").AllowBody(CourseStructure.LargestFile).Accepts<string>("application/xml").Produces<Cmi5CourseView>()
            .WithName("ImportCmi5Course").WithSummary("Import a course structure (cmi5.xml); ?base= says where files are whose URL is relative.");
        routes.MapGet(Courses + "/{key}", async (string key, HttpContext http, Cmi5Courses courses, CancellationToken cancellation) =>
        {
            var found = await courses.LatestAsync(http.Caller().Tenant, key, cancellation);
            return found.IsAccepted ? TypedResults.Ok(new Cmi5CourseView(key, found.Value.Version, found.Value.Course)) : (IResult)found.Rejection.ToProblem();
        }).RequireScope(Scopes.Define, Scopes.Learners).Produces<Cmi5CourseView>().WithName("GetCmi5Course").WithSummary("A course as it was imported last.");

        routes.MapGet(Courses, async (HttpContext http, Cmi5Table table, CancellationToken cancellation) =>
        {
            var page = PageRequest.From(http.Request);
            if (!page.IsAccepted) return page.Rejection.ToProblem();
            return page.Value.Answer(http, await table.CoursesAsync(http.Caller().Tenant, page.Value.After, page.Value.Limit + 1, cancellation), course => course.CourseKey);
        }).RequireScope(Scopes.Define, Scopes.Learners).Produces<Page<Cmi5CourseRow>>().ReadsPage().WithName("ListCmi5Courses").WithSummary("The courses that were imported.");

        routes.MapGet(Registrations, ListAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping).Produces<Page<Cmi5Row>>().ReadsPage()
            .ReadsQuery("learnerId", "Only those of this learner").ReadsQuery("courseKey", "Only those of this course")
            .WithName("ListCmi5Registrations").WithSummary("Registrations, of a learner (?learnerId=) or a course (?courseKey=) where they are named.");
        routes.MapPut(Registration, async (Guid registration, RegisterForCmi5 request, HttpContext http, Cmi5Registrations registrations, CancellationToken cancellation)
                => Answer(http, registration, await registrations.RegisterAsync(http.EventContext(), registration, request.CourseKey, request.Actor, cancellation)))
            .RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping).Produces<Cmi5RegistrationView>()
            .WithName("RegisterForCmi5").WithSummary("A learner takes a course, in its latest version. The same again changes nothing.");
        routes.MapGet(Registration, async (Guid registration, HttpContext http, Cmi5Registrations registrations, CancellationToken cancellation)
                => Answer(http, registration, await registrations.SituationAsync(http.Caller().Tenant, registration, cancellation)))
            .RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping).Produces<Cmi5RegistrationView>()
            .WithName("GetCmi5Registration").WithSummary("How far a learner is in a course.");
        routes.MapPost(Registration + "/launches", async (Guid registration, LaunchCmi5 request, HttpContext http, Cmi5Registrations registrations, CancellationToken cancellation) =>
        {
            if (request.ReturnUrl is { } url && !(Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "https" or "http"))
                return Rejection.Invalid("cmi5-return-url-invalid", "The returnUrl must be of http or https.", "Give an address of http or https, or leave it out.", "/returnUrl").ToProblem();
            var launched = await registrations.LaunchAsync(http.EventContext(), registration, request.Unit, request.Mode, request.ReturnUrl, cancellation);
            return launched.IsAccepted ? TypedResults.Ok(launched.Value) : (IResult)launched.Rejection.ToProblem();
        }).RequireScope(Scopes.Learners).Produces<Cmi5Launch>()
            .WithName("LaunchCmi5").WithSummary("Begin a session of a unit; one that still goes on in the registration is abandoned. Each call is a launch of its own.");
        routes.MapPost(Registration + "/waivers", async (Guid registration, WaiveCmi5 request, HttpContext http, Cmi5Registrations registrations, CancellationToken cancellation)
                => Answer(http, registration, await registrations.WaiveAsync(http.EventContext(), registration, request.Unit, request.Reason, cancellation)))
            .RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping).Produces<Cmi5RegistrationView>()
            .WithName("WaiveCmi5").WithSummary("A unit counts as done without having been, for a reason. A second time changes nothing.");
        routes.MapPost(Registration + "/sessions/{session:guid}/abandon", async (Guid registration, Guid session, HttpContext http, Cmi5Registrations registrations, CancellationToken cancellation)
                => Answer(http, registration, await registrations.AbandonAsync(http.EventContext(), registration, session, cancellation)))
            .RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping).Produces<Cmi5RegistrationView>()
            .WithName("AbandonCmi5").WithSummary("End a session that its unit did not end; its token ends with it.");
        routes.MapPost("/learning-record/cmi5/fetch", FetchAsync).AllowAnonymous().Produces<Cmi5Token>()
            .WithName("FetchCmi5Token").WithSummary("The token of a session, once, for the key of its launch URL (cmi5, section 8.2). Errors are answered with 200 too.");
    }

    private static async Task<IResult> ListAsync(HttpContext http, Cmi5Table table, CancellationToken cancellation)
    {
        var page = PageRequest.FromIds(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        string? learner = http.Request.Query["learnerId"], course = http.Request.Query["courseKey"];
        var found = await table.RegistrationsAsync(http.Caller().Tenant, learner, course, page.Value.AfterId, page.Value.Limit + 1, cancellation);
        http.Disclose(found.Take(page.Value.Limit).Select(row => row.LearnerId));
        return page.Value.Answer(http, found, row => row.RegistrationId.ToString("D"));
    }

    private static async Task<IResult> ImportAsync(HttpContext http, CommandEndpoint commands, CancellationToken cancellation)
    {
        Uri? address = null;
        if ((string?)http.Request.Query["base"] is { } text && !(Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "https" or "http"))
            return Rejection.Invalid("parameter-invalid", "'base' must be an address of http or https.", "Give an address of http or https.", "base").ToProblem();
        var course = CourseStructure.Read(await http.Request.ReadBytesAsync(cancellation), address);
        if (!course.IsAccepted) return course.Rejection.ToProblem();
        string key = Cmi5Courses.KeyOf(course.Value);
        return await commands.RunAsync(
            http, Cmi5Courses.Stream(key), Cmi5Courses.Decider,
            current => IsSame(current, course.Value) ? Decision.Nothing : Decision.Accept(new Cmi5CourseImported(key, course.Value)),
            (now, version) => new Cmi5CourseView(key, version, now!), inline: (work, now) => work.Write(Cmi5Table.OfCourse(work.Context.Tenant, key, now!.Id)), location: $"{Courses}/{key}");
    }

    private static async Task<IResult> FetchAsync(HttpContext http, Cmi5Sessions sessions, CancellationToken cancellation)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (Cmi5Key.OfUrlPart(http.Request.Query["key"].ToString()) is not { } key) return TypedResults.Ok(new Cmi5FetchError("2", "The fetch URL is none that was given out."));
        var token = await sessions.FetchAsync(key, http.CorrelationId(), cancellation);
        if (token.IsAccepted) return TypedResults.Ok(new Cmi5Token(token.Value));
        return TypedResults.Ok(new Cmi5FetchError(token.Rejection.Code == "cmi5-fetch-used" ? "1" : token.Rejection.Kind == RejectionKind.Forbidden ? "2" : "3", token.Rejection.Message));
    }

    private static bool IsSame(Cmi5Course? current, Cmi5Course course) => current is not null && JsonSerializer.Serialize(current) == JsonSerializer.Serialize(course);

    private static IResult Answer(HttpContext http, Guid registration, Result<Cmi5Situation> situation)
    {
        if (!situation.IsAccepted) return situation.Rejection.ToProblem();
        var now = situation.Value;
        http.Disclose([now.State.Registered!.LearnerId]);
        http.Response.Headers.ETag = ETags.Of(now.Version);
        return TypedResults.Ok(Cmi5RegistrationView.Of(registration, now));
    }
}

/// <param name="Actor">The learner: an agent with an account.</param>
public sealed record RegisterForCmi5(string CourseKey, JsonElement Actor);

/// <param name="Unit">Its id in the course structure.</param>
/// <param name="Mode"><c>Normal</c>, <c>Browse</c> or <c>Review</c>.</param>
/// <param name="ReturnUrl">Where the unit sends the learner's browser in the end.</param>
public sealed record LaunchCmi5(string Unit, string Mode = Cmi5Modes.Normal, string? ReturnUrl = null);

public sealed record WaiveCmi5(string Unit, string Reason);

public sealed record Cmi5CourseView(string CourseKey, long Version, Cmi5Course Course);

/// <param name="Satisfied">The whole course is.</param>
/// <param name="ActiveSession">The session that goes on.</param>
public sealed record Cmi5RegistrationView(
    Guid RegistrationId, string CourseKey, string LearnerId, bool Satisfied, Guid? ActiveSession, IReadOnlyList<Cmi5BlockView> Blocks, IReadOnlyList<Cmi5UnitView> Units)
{
    internal static Cmi5RegistrationView Of(Guid registration, Cmi5Situation now) => new(
        registration, now.CourseKey, now.State.Registered!.LearnerId, now.State.Satisfied.Contains(now.Course.Id), now.State.Active?.Id,
        [.. now.Course.Blocks.Select(block => new Cmi5BlockView(block.Id, now.State.Satisfied.Contains(block.Id)))],
        [.. now.Course.Units.Select(unit => (unit, state: now.State.UnitOf(unit.Id))).Select(pair => new Cmi5UnitView(
            pair.unit.Id, pair.unit.MoveOn, pair.state.Completed, pair.state.Passed, pair.state.Waived, pair.state.IsDone(pair.unit)))]);
}

public sealed record Cmi5BlockView(string Id, bool Satisfied);

/// <param name="Done">Its moveOn is met, or it was waived.</param>
public sealed record Cmi5UnitView(string Id, string MoveOn, bool Completed, bool Passed, bool Waived, bool Done);

public sealed record Cmi5Token([property: JsonPropertyName("auth-token")] string AuthToken);

public sealed record Cmi5FetchError([property: JsonPropertyName("error-code")] string ErrorCode, [property: JsonPropertyName("error-text")] string ErrorText);
