using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Caliper;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Importing;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Caliper;

/// <summary>The endpoint that sensors of 1EdTech Caliper send to: every item becomes a statement, by a table that anybody may read.</summary>
internal static class CaliperRoutes
{
    private const string Path = "/learning-record/caliper";
    private const long LargestBody = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, ReceiveAsync).RequireScope(XapiScopes.Write).AllowBody(LargestBody).Accepts<byte[]>("application/json").Produces<CaliperAnswer>()
            .WithName("ReceiveCaliper").WithSummary("Store the events of a sensor's envelope (Caliper 1.2 or 1.1), each by itself. Sent again nothing is stored twice.");
        routes.MapGet(Path + "/mapping", () => TypedResults.Ok(new CaliperTable(CaliperVerbs.All, CaliperTypes.All.ToDictionary()))).RequireScope(XapiScopes.Describe)
            .WithName("GetCaliperMapping").WithSummary("Which verb each event and action has, and which activity type each entity.");
    }

    private static async Task<IResult> ReceiveAsync(HttpContext http, StatementIntake intake, XapiCallers callers, CancellationToken cancellation)
    {
        var parsed = StatementJson.Parse(await http.Request.ReadBytesAsync(cancellation));
        if (!parsed.IsAccepted) return parsed.Rejection.ToProblem();
        using var document = parsed.Value;
        var envelope = CaliperEnvelope.Read(document.RootElement);
        if (!envelope.IsAccepted) return envelope.Rejection.ToProblem();

        var items = envelope.Value.Data.Select(item => CaliperStatement.Of(item, envelope.Value.Sensor)).ToList();
        var statements = items.Where(item => item.IsAccepted).Select(item => JsonSerializer.SerializeToElement(item.Value!.Json, StatementJson.Readable)).ToList();
        var taken = await intake.TakeAsync(http.EventContext(), callers.Of(http).Client, statements, cancellation);
        return taken.IsAccepted ? TypedResults.Ok(CaliperAnswer.Of(items, taken.Value)) : taken.Rejection.ToProblem();
    }
}

public sealed record CaliperTable(IReadOnlyList<CaliperVerb> Verbs, IReadOnlyDictionary<string, string> Types);

/// <param name="Unmapped">Among those that are stored, or were already, the ones that the table has no verb for: nothing of them is lost.</param>
/// <param name="Outcomes">Of all but those that were mapped and stored just now.</param>
public sealed record CaliperAnswer(int Stored, int Already, int Refused, int Unmapped, IReadOnlyList<CaliperOutcome> Outcomes)
{
    internal static CaliperAnswer Of(IReadOnlyList<Result<CaliperStatement>> items, IReadOnlyList<IntakeOutcome> taken)
    {
        var outcomes = new List<CaliperOutcome>(items.Count);
        using var next = taken.GetEnumerator();
        foreach (var item in items)
        {
            if (!item.IsAccepted)
            {
                outcomes.Add(new CaliperOutcome(outcomes.Count, null, IntakeResult.Refused, IsMapped: null, null, null, item.Rejection.Code, item.Rejection.Message, $"/data/{outcomes.Count}{item.Rejection.Place}"));
                continue;
            }
            next.MoveNext();
            var (outcome, statement) = (next.Current, item.Value);
            // A place within the statement would say nothing to the sensor; which item it is does.
            outcomes.Add(new CaliperOutcome(
                outcomes.Count, statement.Id, outcome.Result, statement.IsMapped, statement.Type, statement.Action.Length > 0 ? statement.Action : null,
                outcome.Rejection?.Code, outcome.Rejection?.Message, outcome.Rejection is null ? null : $"/data/{outcomes.Count}"));
        }
        return new CaliperAnswer(
            outcomes.Count(outcome => outcome.Result == IntakeResult.Stored),
            outcomes.Count(outcome => outcome.Result == IntakeResult.Already),
            outcomes.Count(outcome => outcome.Result == IntakeResult.Refused),
            outcomes.Count(outcome => outcome.IsMapped == false && outcome.Result != IntakeResult.Refused),
            [.. outcomes.Where(outcome => outcome is not { Result: IntakeResult.Stored, IsMapped: true })]);
    }
}

/// <param name="Index">In the envelope's data, from 0.</param>
/// <param name="StatementId">Of the statement that it is: the event's own UUID.</param>
/// <param name="Place">JSON Pointer within the envelope.</param>
public sealed record CaliperOutcome(
    int Index, Guid? StatementId, IntakeResult Result, bool? IsMapped, string? Type, string? Action, string? Code, string? Reason, string? Place);
