using Pathways.Kernel;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Cmi5;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary><c>PUT</c> and <c>POST /xapi/statements</c>.</summary>
internal static class StoreStatements
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/xapi/statements", PutAsync).RequireScope(XapiScopes.Write).AllowBody(StatementRequest.Largest).ReadsQuery("statementId", "The statement's UUID", isRequired: true)
            .WithName("PutStatement").WithSummary("Store one statement under the id that the address gives.");
        routes.MapPost("/xapi/statements", PostAsync).RequireScope(XapiScopes.Write).AllowBody(StatementRequest.Largest)
            .WithName("PostStatements").WithSummary("Store one statement or a list of at most 1,000, all or none.");
    }

    private static async Task<IResult> PutAsync(HttpContext http, Recorder recorder, XapiCallers callers)
    {
        var parameters = new Parameters(http.Request);
        var id = parameters.Id("statementId");
        if (id is null) parameters.Require("statementId");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();
        var stored = await StoreAsync(http, recorder, callers, id);
        return stored.IsAccepted ? Results.NoContent() : stored.Rejection.ToProblem();
    }

    private static async Task<IResult> PostAsync(HttpContext http, Recorder recorder, XapiCallers callers)
    {
        if (new Parameters(http.Request).Refusal is { } refusal) return refusal.ToProblem();
        var stored = await StoreAsync(http, recorder, callers, id: null);
        return stored.IsAccepted ? Results.Ok(stored.Value) : stored.Rejection.ToProblem();
    }

    private static async Task<Result<IReadOnlyList<Guid>>> StoreAsync(HttpContext http, Recorder recorder, XapiCallers callers, Guid? id)
    {
        var request = await StatementRequest.ReadAsync(http.Request, http.RequestAborted);
        if (!request.IsAccepted) return request.Rejection;
        var parsed = StatementJson.Parse(request.Value.Json);
        if (!parsed.IsAccepted) return parsed.Rejection;
        using var document = parsed.Value;

        var version = http.XapiVersion();
        var statements = StatementBody.Read(document.RootElement, version, id);
        if (!statements.IsAccepted) return statements.Rejection;
        if (AttachmentRules.Check(statements.Value, request.Value.Parts) is { } mismatch) return mismatch;
        var whole = statements.Value.Select(statement => statement with { Parts = request.Value.Parts }).ToList();
        var rejection = Cmi5Caller.Of(http.User) is { } session
            ? await http.RequestServices.GetRequiredService<Cmi5Registrations>().ReportAsync(http.EventContext(), session, whole, isNamed: id is not null, version, http.RequestAborted)
            : await recorder.RecordAsync(http.EventContext(), callers.Of(http).Client, whole, version, http.RequestAborted);
        return rejection is null ? whole.ConvertAll(statement => statement.Id) : rejection;
    }
}
