using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Importing;

/// <summary>Statements each by itself: unlike <c>POST /xapi/statements</c>, of which a batch is stored whole or not at all.</summary>
internal static class ImportRoutes
{
    private const long LargestBody = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/learning-record/imports/statements", StatementsAsync).RequireScope(XapiScopes.Write).AllowBody(LargestBody)
            .Accepts<byte[]>("application/json").Produces<ImportAnswer>()
            .WithName("ImportStatements").WithSummary("Store each of at most 1,000 statements by itself, and tell what became of it. To be repeated at will, when they have ids.");
        CsvRoutes.Map(routes);
    }

    private static async Task<IResult> StatementsAsync(HttpContext http, StatementIntake intake, XapiCallers callers, CancellationToken cancellation)
    {
        var parsed = StatementJson.Parse(await http.Request.ReadBytesAsync(cancellation));
        if (!parsed.IsAccepted) return parsed.Rejection.ToProblem();
        using var document = parsed.Value;
        if (document.RootElement.ValueKind != JsonValueKind.Array) return StatementRules.Breach("The body must be a list of statements.").ToProblem();
        int count = document.RootElement.GetArrayLength();
        if (count > StatementBody.LargestBatch)
            return Rejection.Invalid("batch-too-large", $"The list holds {count} statements; at most {StatementBody.LargestBatch} are taken at once.", "Send several smaller lists.").ToProblem();
        var outcomes = await intake.TakeAsync(http.EventContext(), callers.Of(http).Client, [.. document.RootElement.EnumerateArray()], cancellation);
        return outcomes.IsAccepted ? TypedResults.Ok(ImportAnswer.Of(outcomes.Value)) : outcomes.Rejection.ToProblem();
    }
}

/// <param name="Outcomes">Of those that were not stored just now, in the order of the list.</param>
public sealed record ImportAnswer(int Stored, int Already, int Refused, IReadOnlyList<ImportOutcome> Outcomes)
{
    internal static ImportAnswer Of(IReadOnlyList<IntakeOutcome> outcomes) => new(
        outcomes.Count(outcome => outcome.Result == IntakeResult.Stored),
        outcomes.Count(outcome => outcome.Result == IntakeResult.Already),
        outcomes.Count(outcome => outcome.Result == IntakeResult.Refused),
        [.. outcomes.Select((outcome, index) => (outcome, index)).Where(pair => pair.outcome.Result != IntakeResult.Stored)
            .Select(pair => new ImportOutcome(pair.index, pair.outcome.Id, pair.outcome.Result, pair.outcome.Rejection?.Code, pair.outcome.Rejection?.Message, pair.outcome.Rejection?.Place))]);
}

/// <param name="Index">In the list that was sent, from 0.</param>
/// <param name="Place">JSON Pointer within the statement.</param>
public sealed record ImportOutcome(int Index, Guid? Id, IntakeResult Result, string? Code, string? Reason, string? Place);
