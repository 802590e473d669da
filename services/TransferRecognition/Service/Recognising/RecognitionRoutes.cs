using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.TransferRecognition.Domain.Recognising;
using Pathways.WebDefaults;

namespace Pathways.TransferRecognition.Recognising;

/// <param name="LearnerId">The learner's id at the caller's institution, which vouches that it is the credential's holder.</param>
/// <param name="CredentialId">The credential's <c>id</c>.</param>
/// <param name="SendingInstitution">Where the credential's id does not tell it.</param>
public sealed record RecognitionRequest(string LearnerId, string CredentialId, string? SendingInstitution = null);

/// <param name="Amount">In the unit of the clause; absent to refuse.</param>
/// <param name="Reason">Why; kept with the decision.</param>
public sealed record SettleRequest(string Reason, decimal? Amount = null);

internal static class RecognitionRoutes
{
    public static void MapRecognitions(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/transfer-recognition/recognitions", AskAsync).RequireScope(Scopes.Recognise)
            .WithSummary("Asks for credit; decided at once when the credential is known, else when it comes to be known.")
            .Produces<RecognitionView>(StatusCodes.Status201Created);
        routes.MapPost("/transfer-recognition/recognitions/{id:guid}/settle", SettleAsync).RequireScope(Scopes.Recognise)
            .WithSummary("Decides what is in review, within the clause.").Produces<RecognitionView>();
        routes.MapGet("/transfer-recognition/recognitions/{id:guid}", GetAsync)
            .RequireScope(Scopes.Recognise, Scopes.Learners, Scopes.Audit).RecordsDisclosure(Purpose.TransferEvaluation).Produces<RecognitionView>();
        routes.MapGet("/transfer-recognition/recognitions", ListAsync)
            .RequireScope(Scopes.Recognise, Scopes.Learners, Scopes.Audit).RecordsDisclosure(Purpose.TransferEvaluation).Produces<Page<RecognitionView>>().ReadsPage();
    }

    private static Task<IResult> AskAsync(
        RecognitionRequest request, HttpContext http, CommandEndpoint command, IEventStore store, CircumstancesReader reader, IConfiguration configuration,
        TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            string tenant = http.Caller().Tenant;
            if ((request.SendingInstitution ?? InstitutionOf(request.CredentialId, configuration["Pathways:PublicOrigin"])) is not { } sending)
            {
                return Rejection.Invalid("sending-institution-missing", "The credential's id does not tell who issued it.",
                    "Name the sending institution.", "/sendingInstitution");
            }

            var id = Ids.Recognition(tenant, request.CredentialId);
            string stream = Recognition.StreamOf(id);
            var recognition = await store.LoadAsync(tenant, stream, Recognition.Decider, cancellation);
            var circumstances = await reader.ReadAsync(tenant, sending, request.CredentialId, cancellation);
            var now = clock.GetUtcNow();
            var work = new UnitOfWork(http.EventContext());
            var asked = new RecognitionRequested(
                new RecognitionReference(id, request.LearnerId, request.CredentialId), sending, work.Context.Actor, now);
            var decision = Recognition.Ask(recognition.State, asked, circumstances, now);
            if (decision.Rejection is { } rejection) return rejection;

            var state = Recognition.Decider.Fold(recognition.State, decision.Events);
            work.Append(stream, recognition.Version, decision.Events);
            if (decision.Events.Length > 0) work.Write(RecognitionBook.Write(tenant, state));
            return new PreparedCommand(work, new CommandAnswer(
                RecognitionBook.View(state), StatusCodes.Status201Created, recognition.Version + decision.Events.Length,
                $"/transfer-recognition/recognitions/{id}"));
        });

    private static Task<IResult> SettleAsync(
        Guid id, SettleRequest request, HttpContext http, CommandEndpoint command, IEventStore store, CircumstancesReader reader, TimeProvider clock)
        => command.CommitAsync(http, async cancellation =>
        {
            string tenant = http.Caller().Tenant;
            string stream = Recognition.StreamOf(id);
            var recognition = await store.LoadAsync(tenant, stream, Recognition.Decider, cancellation);
            if (recognition.State.Request is not { } asked) return Unknown;
            var circumstances = await reader.ReadAsync(tenant, asked.SendingInstitution, asked.About.CredentialId, cancellation);
            var work = new UnitOfWork(http.EventContext());
            var decision = Settlement.Settle(
                recognition.State, new SettleRecognition(request.Amount, request.Reason, work.Context.Actor), circumstances, clock.GetUtcNow());
            if (decision.Rejection is { } rejection) return rejection;

            var state = Recognition.Decider.Fold(recognition.State, decision.Events);
            work.Append(stream, recognition.Version, decision.Events);
            work.Write(RecognitionBook.Write(tenant, state));
            return new PreparedCommand(work, new CommandAnswer(RecognitionBook.View(state), Version: recognition.Version + decision.Events.Length));
        });

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, IEventStore store, CancellationToken cancellation)
    {
        var recognition = await store.LoadAsync(http.Caller().Tenant, Recognition.StreamOf(id), Recognition.Decider, cancellation);
        if (recognition.Version == 0) return Problem.From(Unknown);
        var view = RecognitionBook.View(recognition.State);
        http.Disclose([view.LearnerId]);
        http.Response.Headers.ETag = ETags.Of(recognition.Version);
        return TypedResults.Ok(view);
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, RecognitionBook book, string? learnerId, string? status, CancellationToken cancellation)
    {
        if (KnownValue.Refuse<RecognitionStatus>("status", status) is { } unknown) return Problem.From(unknown);
        var page = PageRequest.FromIds(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        var items = await book.ListAsync(http.Caller().Tenant, learnerId, status, page.Value.AfterId, page.Value.Limit + 1, cancellation);
        http.Disclose(items.Take(page.Value.Limit).Select(item => item.LearnerId));
        return page.Value.Answer(http, items, item => item.Id.ToString());
    }

    private static Rejection Unknown => Rejection.NotFound("recognition-unknown", "There is no such request.", "List the requests with GET /transfer-recognition/recognitions.");

    /// <summary>From an id of this house: <c>{origin}/credentials/{institution}/{id}</c>.</summary>
    private static string? InstitutionOf(string credentialId, string? origin)
    {
        string prefix = $"{origin?.TrimEnd('/')}/credentials/";
        return credentialId.StartsWith(prefix, StringComparison.Ordinal) && credentialId[prefix.Length..].Split('/') is [var institution, _]
            ? institution
            : null;
    }
}
