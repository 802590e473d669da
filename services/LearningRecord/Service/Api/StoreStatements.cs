using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary><c>PUT</c> and <c>POST /xapi/statements</c>.</summary>
internal static class StoreStatements
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPut("/xapi/statements", PutAsync).RequireScope(Scopes.StatementsWrite).AllowBody(StatementBody.LargestBody)
            .WithName("PutStatement").WithSummary("Store one statement under the id that the address gives.");
        routes.MapPost("/xapi/statements", PostAsync).RequireScope(Scopes.StatementsWrite).AllowBody(StatementBody.LargestBody)
            .WithName("PostStatements").WithSummary("Store one statement or a list of at most 1,000, all or none.");
    }

    private static async Task<IResult> PutAsync(HttpContext http, Recorder recorder, XapiSettings settings)
    {
        var parameters = new Parameters(http.Request, "statementId");
        var id = parameters.Id("statementId");
        if (id is null && parameters.Refusal is null) parameters.Refuse("parameter-invalid", "statementId", "'statementId' is required.");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();
        var stored = await StoreAsync(http, recorder, settings, id);
        return stored.IsAccepted ? Results.NoContent() : stored.Rejection.ToProblem();
    }

    private static async Task<IResult> PostAsync(HttpContext http, Recorder recorder, XapiSettings settings)
    {
        if (new Parameters(http.Request).Refusal is { } refusal) return refusal.ToProblem();
        var stored = await StoreAsync(http, recorder, settings, id: null);
        return stored.IsAccepted ? Results.Ok(stored.Value) : stored.Rejection.ToProblem();
    }

    private static async Task<Result<IReadOnlyList<Guid>>> StoreAsync(HttpContext http, Recorder recorder, XapiSettings settings, Guid? id)
    {
        if (!IsJson(http.Request)) return Rejection.Invalid("unsupported-content-type", "Statements are sent as application/json.", place: HeaderNames.ContentType);
        using var body = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, StatementBody.LargestBody));
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var parsed = StatementJson.Parse(body.GetBuffer().AsMemory(0, (int)body.Length));
        if (!parsed.IsAccepted) return parsed.Rejection;
        using var document = parsed.Value;

        var version = http.XapiVersion();
        var statements = StatementBody.Read(document.RootElement, version, id);
        if (!statements.IsAccepted) return statements.Rejection;
        var rejection = await recorder.RecordAsync(http.EventContext(), Client(http, settings), statements.Value, version, http.RequestAborted);
        return rejection is null ? statements.Value.Select(statement => statement.Id).ToList() : rejection;
    }

    private static bool IsJson(HttpRequest request)
        => MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    private static Client Client(HttpContext http, XapiSettings settings)
    {
        string id = http.Caller().ClientId;
        return new Client(id, JsonSerializer.SerializeToUtf8Bytes(new { objectType = "Agent", account = new { homePage = settings.Origin, name = id } }));
    }
}
