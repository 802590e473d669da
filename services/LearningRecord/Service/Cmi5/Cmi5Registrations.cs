using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Documents;
using Pathways.LearningRecord.Domain.Cmi5;
using Pathways.LearningRecord.Domain.Documents;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Cmi5;

/// <summary>
/// Learners' ways through courses. What is decided, what the unit said and what is said of it (launched, satisfied …) are one
/// transaction: there is no statement without its effect, and no effect that nobody states.
/// </summary>
internal sealed class Cmi5Registrations(
    IEventStore store, Cmi5Courses courses, Recorder recorder, DocumentStore documents, IPersonalData personalData, Pseudonyms pseudonyms, XapiSettings settings, TimeProvider clock)
{
    public async Task<Result<Cmi5Situation>> RegisterAsync(EventContext context, Guid registration, string courseKey, JsonElement actor, CancellationToken cancellation)
    {
        if (StatementRules.CheckActor(actor) is { } breach) return breach with { Place = "/actor" + breach.Place };
        bool isAgent = !actor.TryGetProperty("objectType", out var type) || type.ValueEquals("Agent");
        if (!isAgent || !actor.TryGetProperty("account", out _)) return Rejection.Invalid("cmi5-actor-invalid", "The actor of cmi5 is an agent with an account.", "Send account.homePage and account.name, and nothing that names the learner to others.", "/actor");
        var course = await courses.LatestAsync(context.Tenant, courseKey, cancellation);
        if (!course.IsAccepted) return course.Rejection;

        string learner = pseudonyms.LearnerId(context.Tenant, Identity.Of(actor)!);
        var keys = await personalData.OpenAsync(context.Tenant, [learner], cancellation);
        string text = keys.Protect(learner, registration.ToString("D"), Encoding.UTF8.GetBytes(actor.GetRawText()));
        var registered = new Cmi5Registered(registration, courseKey, course.Value.Version, learner, text);
        return await DecideAsync(
            context, registration, [],
            async (tenant, cancel) =>
            {
                var loaded = await store.LoadAsync(tenant, Cmi5Registration.Stream(registration), Cmi5Registration.Decider, cancel);
                if (loaded.State.Registered is not null) return await SituationAsync(tenant, registration, cancel);
                return new Cmi5Situation(loaded.State, loaded.Version, courseKey, course.Value.Course, JsonNode.Parse(actor.GetRawText())!.AsObject());
            },
            (situation, _) => Cmi5Registration.Register(situation.State, situation.Course, registered),
            XapiVersion.V200, cancellation, _ => Task.FromResult<Action<UnitOfWork>>(work => work.Write(keys.Hold([learner]))));
    }

    /// <summary>The launch data are written in the transaction of the launch: there are none of a launch that failed.</summary>
    public async Task<Result<Cmi5Launch>> LaunchAsync(EventContext context, Guid registration, string unitId, string mode, string? returnUrl, CancellationToken cancellation)
    {
        var found = await SituationAsync(context.Tenant, registration, cancellation);
        if (!found.IsAccepted) return found.Rejection;
        var key = Cmi5Key.New(context.Tenant, registration, Guid.CreateVersion7());
        var launched = new Cmi5Launched(key.Session, unitId, mode, key.SecretHash, clock.GetUtcNow());
        var situation = found.Value;
        if (Cmi5Registration.Launch(situation.State, situation.Course, launched).Rejection is { } refused) return refused;

        var unit = situation.Course.Find(unitId)!;
        string activity = Cmi5Statements.UnitIri(settings.Origin, situation.CourseKey, unitId);
        var data = SaysOf(situation, registration).LaunchData(unit, key.Session, mode, returnUrl);
        var address = DocumentAddress.Of(DocumentResource.State, context.Tenant, realm: "", pseudonyms, activity, situation.Identity, registration, "LMS.LaunchData");
        var content = new DocumentContent("LMS.LaunchData", "application/json", JsonSerializer.SerializeToUtf8Bytes(data));
        StoredClock.Reservation? place = null;
        try
        {
            var after = await DecideAsync(
                context, registration, [], (tenant, cancel) => SituationAsync(tenant, registration, cancel),
                (now, _) => Cmi5Registration.Launch(now.State, now.Course, launched), XapiVersion.V200, cancellation,
                cancel =>
                {
                    // Each attempt has its own: one that is taken stays so.
                    place?.Dispose();
                    place = documents.Reserve();
                    return documents.PrepareAsync(context.Tenant, DocumentResource.State, address, content, place, cancel);
                });
            return after.IsAccepted
                ? new Cmi5Launch(key.Session, activity, unit.LaunchMethod, Url(unit, key, activity, situation.Actor))
                : after.Rejection;
        }
        finally
        {
            place?.Dispose();
        }
    }

    public Task<Result<Cmi5Situation>> WaiveAsync(EventContext context, Guid registration, string unit, string reason, CancellationToken cancellation)
    {
        var waived = new Cmi5Waived(unit, reason, Guid.CreateVersion7());
        return DecideAsync(
            context, registration, [], (tenant, cancel) => SituationAsync(tenant, registration, cancel),
            (now, _) => Cmi5Registration.Waive(now.State, now.Course, waived), XapiVersion.V200, cancellation);
    }

    public Task<Result<Cmi5Situation>> AbandonAsync(EventContext context, Guid registration, Guid session, CancellationToken cancellation)
        => DecideAsync(
            context, registration, [], (tenant, cancel) => SituationAsync(tenant, registration, cancel),
            (now, _) => Cmi5Registration.Abandon(now.State, session, clock.GetUtcNow()), XapiVersion.V200, cancellation);

    /// <summary>Statements of a unit: all or none. Those that were stored before are not counted twice.</summary>
    public async Task<Rejection?> ReportAsync(
        EventContext context, Cmi5Caller caller, IReadOnlyList<NewStatement> statements, bool isNamed, XapiVersion version, CancellationToken cancellation)
    {
        var reported = await DecideAsync(
            context, caller.Registration, statements, (tenant, cancel) => SituationAsync(tenant, caller.Registration, cancel),
            (now, added) =>
            {
                var reports = new List<Cmi5Report>(added.Count);
                foreach (var statement in added)
                {
                    var report = now.RulesOf(caller, settings.Origin).Read(statement.Json, isNamed);
                    if (!report.IsAccepted) return statements.Count == 1 ? report.Rejection : report.Rejection with { Place = $"/{Array.IndexOf([.. statements], statement)}{report.Rejection.Place}" };
                    reports.Add(report.Value);
                }
                return Cmi5Registration.Report(now.State, now.Course, caller.Session, reports);
            },
            version, cancellation);
        return reported.Rejection;
    }

    public async Task<Result<Cmi5Situation>> SituationAsync(string tenant, Guid registration, CancellationToken cancellation)
    {
        var loaded = await store.LoadAsync(tenant, Cmi5Registration.Stream(registration), Cmi5Registration.Decider, cancellation);
        if (loaded.State.Registered is not { } registered) return Rejection.NotFound("cmi5-registration-unknown", "There is no such registration.", "Register the learner first.");
        byte[]? actor = await personalData.RevealAsync(tenant, registered.LearnerId, registration.ToString("D"), registered.Actor, cancellation);
        if (actor is null) return Rejection.Conflict("cmi5-learner-erased", "The learner was erased: nothing more is said of the registration.", "Nothing can be done: the data is gone for good.");
        var course = await courses.OfVersionAsync(tenant, registered.CourseKey, registered.CourseVersion, cancellation);
        return new Cmi5Situation(loaded.State, loaded.Version, registered.CourseKey, course, JsonNode.Parse(actor)!.AsObject());
    }

    private async Task<Result<Cmi5Situation>> DecideAsync(
        EventContext context, Guid registration, IReadOnlyList<NewStatement> statements,
        Func<string, CancellationToken, Task<Result<Cmi5Situation>>> read, Func<Cmi5Situation, IReadOnlyList<NewStatement>, Decision> decide,
        XapiVersion version, CancellationToken cancellation, Func<CancellationToken, Task<Action<UnitOfWork>>>? beside = null)
    {
        Cmi5Situation? after = null;
        var client = new Client(Cmi5Sessions.Client(registration), Cmi5Sessions.Authority(settings.Origin, registration), Defines: false);
        var rejection = await recorder.RecordTogetherAsync(
            context, client, statements, version,
            async (added, cancel) =>
            {
                var found = await read(context.Tenant, cancel);
                if (!found.IsAccepted) return found.Rejection;
                var now = found.Value;
                var decision = decide(now, added);
                if (decision.Rejection is { } refused) return refused;
                after = now with { State = Cmi5Registration.Decider.Fold(now.State, decision.Events), Version = now.Version + decision.Events.Length };
                var said = SaysOf(now, registration).Of(now.State, decision.Events, clock.GetUtcNow()).Select(Said).ToList();
                var more = beside is null || decision.Events.Length == 0 ? null : await beside(cancel);
                return new Addition(said, work =>
                {
                    AddTo(work, now, after, registration, decision, added.Count > 0);
                    more?.Invoke(work);
                });
            },
            cancellation);
        return rejection is not null ? rejection : after!;
    }

    private static void AddTo(UnitOfWork work, Cmi5Situation now, Cmi5Situation after, Guid registration, Decision decision, bool addsStatements)
    {
        string tenant = work.Context.Tenant, stream = Cmi5Registration.Stream(registration);
        work.Append(stream, now.Version, decision.Events);
        if (decision.Events.Length > 0)
        {
            var registered = after.State.Registered!;
            work.Write(Cmi5Table.OfRegistration(tenant, new Cmi5Row(registration, registered.CourseKey, registered.LearnerId, after.State.Satisfied.Contains(after.Course.Id))));
        }
        else if (addsStatements)
        {
            // Statements that count for nothing append nothing; still the session may not have ended since it was looked at.
            work.Write(new GuardedWrite(
                "select 1 from events.mt_streams where tenant_id = $1 and id = $2 and version = $3 for share",
                [new() { Value = tenant }, new() { Value = stream }, new() { Value = now.Version }],
                RowsRequired: 1, Rejection.Conflict("stream-version-conflict", "The registration changed meanwhile.", "Read it again and repeat.")));
        }
    }

    private Cmi5Statements SaysOf(Cmi5Situation situation, Guid registration) => new(settings.Origin, situation.CourseKey, situation.Course, registration, situation.Actor);

    private static NewStatement Said(JsonObject statement)
    {
        var json = JsonSerializer.SerializeToElement(statement, StatementJson.Readable);
        return new NewStatement(json.GetProperty("id").GetGuid(), json) { IsOwn = true };
    }

    private string Url(Cmi5Unit unit, Cmi5Key key, string activity, JsonObject actor)
    {
        var parameters = new (string Name, string Value)[]
        {
            ("endpoint", settings.Origin + "/xapi/"), ("fetch", $"{settings.Origin}/learning-record/cmi5/fetch?key={key.ToUrlPart()}"),
            ("actor", actor.ToJsonString()), ("registration", key.Registration.ToString("D")), ("activityId", activity),
        };
        int fragment = unit.Url.IndexOf('#', StringComparison.Ordinal);
        string address = fragment < 0 ? unit.Url : unit.Url[..fragment];
        return address + (address.Contains('?', StringComparison.Ordinal) ? '&' : '?')
            + string.Join('&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}")) + unit.Url[address.Length..];
    }
}

/// <summary>A registration as it stands, with what is needed to decide on it.</summary>
internal sealed record Cmi5Situation(Cmi5State State, long Version, string CourseKey, Cmi5Course Course, JsonObject Actor)
{
    public Identity Identity => Identity.Of(JsonSerializer.SerializeToElement(Actor))!;

    public Cmi5StatementRules RulesOf(Cmi5Caller caller, string origin)
    {
        var unit = Course.Find(State.Sessions[caller.Session].Unit)!;
        return new Cmi5StatementRules(Identity, caller.Registration, caller.Session, Cmi5Statements.UnitIri(origin, CourseKey, unit.Id), unit);
    }
}

/// <param name="SessionId">Of this launch.</param>
/// <param name="LaunchUrl">Where the learner's browser is sent. It holds a secret that is good once.</param>
public sealed record Cmi5Launch(Guid SessionId, string ActivityId, string LaunchMethod, string LaunchUrl);
