using System.Globalization;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Attesting;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Attesting;

/// <summary>Records that a person attests: volunteering, workshops, work experience.</summary>
internal static class AttestationRoutes
{
    private const string Path = "/learning-record/attestations";
    private const int LongestReason = 500;
    private const string IdempotencyKey = "Idempotency-Key";

    private static readonly Guid Namespace = new("0b7c6a0e-5a57-5d0f-8f3b-3f1d7c9e2a64");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, (Attestation request, HttpContext http, Recorder recorder, XapiCallers callers, CurrentMapping mapping, Pseudonyms pseudonyms, TimeProvider clock)
                => AttestAsync(NewId(http), request, http, recorder, callers, mapping, pseudonyms, clock))
            .RequireScope(Scopes.Issue).WithName("Attest").WithSummary("Attest what a learner did; it becomes a statement.").Produces<AttestedView>(StatusCodes.Status201Created);
        routes.MapPut(Path + "/{id:guid}", AttestAsync).RequireScope(Scopes.Issue)
            .WithName("AttestAs").WithSummary("The same under an id of the caller's: sent again it changes nothing.").Produces<AttestedView>(StatusCodes.Status201Created);
        routes.MapGet(Path, ListAsync).RequireScope(Scopes.Learners, Scopes.Issue).RecordsDisclosure(Purpose.RecordKeeping)
            .WithName("ListAttestations").WithSummary("What was attested of a learner (?learner=), withdrawn ones too.").Produces<Page<AttestationView>>().ReadsPage();
        routes.MapGet(Path + "/{id:guid}", GetAsync).RequireScope(Scopes.Learners, Scopes.Issue).RecordsDisclosure(Purpose.RecordKeeping)
            .WithName("GetAttestation").WithSummary("One attested record.").Produces<AttestationView>();
        routes.MapPost(Path + "/{id:guid}/withdraw", WithdrawAsync).RequireScope(Scopes.Issue)
            .WithName("WithdrawAttestation").WithSummary("Withdraw it, with a reason; its achievement is withdrawn with it.").Produces(204);
    }

    private static async Task<IResult> AttestAsync(
        Guid id, Attestation request, HttpContext http, Recorder recorder, XapiCallers callers, CurrentMapping mapping, Pseudonyms pseudonyms, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        if (request.Check(DateOnly.FromDateTime(now.UtcDateTime)) is { } refusal) return refusal.ToProblem();
        var statement = new NewStatement(id, AttestedStatement.Of(id, request));
        if (StatementRules.Check(statement.Json, XapiVersion.V200, attests: true) is { } breach) return breach.ToProblem();
        if (await recorder.RecordAsync(http.EventContext(), callers.Of(http).Client, [statement], XapiVersion.V200, http.RequestAborted) is { } rejection)
            return IsKeyed(http) && rejection.Code == "statement-id-conflict" ? Problem.Of(ProblemCodes.IdempotencyKeyReused) : rejection.ToProblem();
        string tenant = http.Caller().Tenant;
        var achieved = statement.Achieves(await mapping.OfAsync(tenant, http.RequestAborted), now);
        return TypedResults.Created($"{Path}/{id:D}", new AttestedView(id, pseudonyms.LearnerId(tenant, statement.Owner), achieved?.Outcome));
    }

    /// <summary>Of the client and its key, where it sends one: repeated, the request finds the record that it made.</summary>
    private static Guid NewId(HttpContext http) => IsKeyed(http)
        ? DeterministicId.From(Namespace, $"{http.Caller().Tenant}\n{http.Caller().ClientId}\n{http.Request.Headers[IdempotencyKey]}")
        : Guid.CreateVersion7();

    private static bool IsKeyed(HttpContext http) => HttpMethods.IsPost(http.Request.Method) && http.Request.Headers.ContainsKey(IdempotencyKey);

    private static async Task<IResult> ListAsync(HttpContext http, AttestationTable table, string? learner)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        if (string.IsNullOrEmpty(learner)) return Problem.Of(ProblemCodes.InvalidRequest, "Say of whom: ?learner= with a learner's id.", "learner");
        long after = 0;
        if (page.Value.After is { } cursor && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after)) return Problem.Of(ProblemCodes.InvalidCursor);
        var found = await table.ListAsync(http.Caller().Tenant, learner, after, page.Value.Limit + 1, http.RequestAborted);
        http.Disclose(found.Select(view => view.LearnerId));
        return page.Value.Answer(http, found, view => view.Place.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, AttestationTable table)
    {
        if (await table.FindAsync(http.Caller().Tenant, id, http.RequestAborted) is not { } view) return Unknown(id).ToProblem();
        http.Disclose([view.LearnerId]);
        return TypedResults.Ok(view);
    }

    private static async Task<IResult> WithdrawAsync(Guid id, WithdrawAttestation request, HttpContext http, AttestationTable table, Recorder recorder, XapiCallers callers)
    {
        if (string.IsNullOrWhiteSpace(request.Reason))
            return Rejection.Invalid("reason-missing", "A record is withdrawn for a reason.", "Say why it is withdrawn.", "/reason").ToProblem();
        if (request.Reason.Length > LongestReason)
            return Rejection.Invalid("reason-too-long", $"The reason is at most {LongestReason} characters.", "Shorten it.", "/reason").ToProblem();
        if (await table.FindAsync(http.Caller().Tenant, id, http.RequestAborted) is not { } attested) return Unknown(id).ToProblem();
        if (attested.IsWithdrawn) return Withdrawn.ToProblem();
        var client = callers.Of(http).Client;
        var voiding = new NewStatement(AttestedStatement.WithdrawalId(id), AttestedStatement.Withdrawal(id, client.Authority, request.Reason));
        var rejection = await recorder.RecordAsync(http.EventContext(), client, [voiding], XapiVersion.V200, http.RequestAborted);
        if (rejection is null) return TypedResults.NoContent();
        // Two withdraw it at once, each with a reason of its own: the first one's stands.
        return (rejection.Code == "statement-id-conflict" ? Withdrawn : rejection).ToProblem();
    }

    private static readonly Rejection Withdrawn = Rejection.Conflict("attestation-withdrawn", "It is withdrawn already.", "Read it; nothing is left to do.");

    private static Rejection Unknown(Guid id) => Rejection.NotFound("attestation-not-found", $"There is no attested record {id}.", "List the records with GET /learning-record/attestations.");
}

/// <param name="Outcome">By the institution's mapping rules; absent when they make no achievement of it.</param>
public sealed record AttestedView(Guid RecordId, string LearnerId, string? Outcome);

public sealed record WithdrawAttestation(string Reason);
