using System.Text;
using System.Text.Json;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.LearningRecord.Api;
using Pathways.LearningRecord.Domain.Csv;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Importing;

/// <summary>CSV files by a mapping that the institution has set. Larger files come through <c>deploy/pathways import statements</c>.</summary>
internal static class CsvRoutes
{
    private const string Mappings = "/learning-record/csv-mappings";
    private const long LargestFile = 8 * 1024 * 1024;
    private const int MostRows = 10_000;
    private const int MostTold = 1000;

    // Mapped and stored in lots, however much a mapping makes of a file: at most as many rows, of at most as many bytes but for the last one.
    private const int LotRows = 500;
    private const int LotBytes = 8 * 1024 * 1024;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Mappings, async (HttpContext http, IEventStore store, CancellationToken cancellation) =>
        {
            var current = await store.LoadAsync(http.Caller().Tenant, CsvMappings.Stream, CsvMappings.Decider, cancellation);
            http.Response.Headers.ETag = ETags.Of(current.Version);
            return TypedResults.Ok(new CsvMappingNames([.. current.State.Keys]));
        }).RequireScope(Scopes.Define).WithName("GetCsvMappings").WithSummary("The names of the mappings that there are.");
        routes.MapGet(Mappings + "/{name}", async (string name, HttpContext http, IEventStore store, CancellationToken cancellation) =>
        {
            var current = await store.LoadAsync(http.Caller().Tenant, CsvMappings.Stream, CsvMappings.Decider, cancellation);
            return current.State.TryGetValue(name, out string? mapping) ? Results.Text(mapping, "application/json", Encoding.UTF8) : Unknown(name).ToProblem();
        }).RequireScope(Scopes.Define).Produces<JsonElement>().WithName("GetCsvMapping").WithSummary("A mapping as it was set.");
        routes.MapPut(Mappings + "/{name}", async (string name, HttpContext http, CommandEndpoint commands, CancellationToken cancellation) =>
        {
            byte[] mapping = await http.Request.ReadBytesAsync(cancellation);
            return await commands.RunAsync(
                http, CsvMappings.Stream, CsvMappings.Decider, current => CsvMappings.Set(current, name, mapping), (set, _) => new CsvMappingNames([.. set.Keys]));
        }).RequireScope(Scopes.Define).Accepts<byte[]>("application/json").Produces<CsvMappingNames>()
            .WithName("SetCsvMapping").WithSummary("Set how the rows of a kind of CSV file become statements.");
        routes.MapPost("/learning-record/imports/csv", ImportAsync).RequireScope(XapiScopes.Write).AllowBody(LargestFile).ReadsQuery("mapping", "The name of the mapping", isRequired: true)
            .Accepts<string>("text/csv").Produces<CsvAnswer>()
            .WithName("ImportCsv").WithSummary("Store a CSV file of at most 10,000 rows by a mapping (?mapping=), each row by itself. Repeated it stores nothing twice.");
    }

    private static async Task<IResult> ImportAsync(HttpContext http, StatementIntake intake, XapiCallers callers, IEventStore store, CancellationToken cancellation)
    {
        string tenant = http.Caller().Tenant, name = http.Request.Query["mapping"].ToString();
        var mappings = await store.LoadAsync(tenant, CsvMappings.Stream, CsvMappings.Decider, cancellation);
        if (!mappings.State.TryGetValue(name, out string? text)) return Unknown(name).ToProblem();
        var mapping = CsvMapping.Parse(Encoding.UTF8.GetBytes(text));
        if (!mapping.IsAccepted) return mapping.Rejection.ToProblem();
        var file = Read(await http.Request.ReadBytesAsync(cancellation), mapping.Value);
        if (!file.IsAccepted) return file.Rejection.ToProblem();

        var (table, rows) = file.Value;
        var answer = new CsvTally();
        foreach (var lot in Lots(rows.Select(row => table.Map(tenant, row)).Where(answer.Takes)))
        {
            var statements = lot.ConvertAll(row => JsonElement.Parse(row.Json.Span));
            var outcomes = await intake.TakeAsync(http.EventContext(), callers.Of(http).Client, statements, cancellation);
            if (!outcomes.IsAccepted) return outcomes.Rejection.ToProblem();
            foreach (var (row, outcome) in lot.Zip(outcomes.Value)) answer.Add(row, outcome);
        }
        return TypedResults.Ok(answer.ToAnswer(MostTold));
    }

    private static IEnumerable<List<CsvStatement>> Lots(IEnumerable<CsvStatement> rows)
    {
        var lot = new List<CsvStatement>();
        long bytes = 0;
        foreach (var row in rows)
        {
            lot.Add(row);
            bytes += row.Json.Length;
            if (lot.Count < LotRows && bytes < LotBytes) continue;
            yield return lot;
            (lot, bytes) = ([], 0);
        }
        if (lot.Count > 0) yield return lot;
    }

    /// <summary>All rows are read before one is stored: a file that is too long, or not what the mapping is for, stores nothing.</summary>
    private static Result<(CsvTable Table, List<CsvRow> Rows)> Read(byte[] file, CsvMapping mapping)
    {
        var parser = new CsvParser(mapping.Delimiter);
        CsvTable? table = null;
        var rows = new List<CsvRow>();
        foreach (var row in parser.Read(file).Concat(Last(parser)))
        {
            if (table is null)
            {
                var bound = mapping.Bind(row);
                if (!bound.IsAccepted) return bound.Rejection;
                table = bound.Value;
                continue;
            }
            if (rows.Count == MostRows)
            {
                return Rejection.Invalid(
                    "csv-rows-too-many", $"The file has more than {MostRows} rows; nothing of it was stored.", "Send parts of it, each with the header, or import it with deploy/pathways import statements.");
            }
            rows.Add(row);
        }
        return table is null ? Rejection.Invalid("csv-empty", "The file is empty.", "Its first row names the columns.") : (table, rows);
    }

    private static IEnumerable<CsvRow> Last(CsvParser parser)
    {
        if (parser.End() is { } row) yield return row;
    }

    private static Rejection Unknown(string name)
        => Rejection.NotFound("csv-mapping-unknown", $"There is no mapping '{name}'.", $"Set it with PUT {Mappings}/{{name}}, and name it as ?mapping=.");
}

public sealed record CsvMappingNames(IReadOnlyList<string> Names);

/// <param name="Refusals">The first of those that were refused, by row.</param>
public sealed record CsvAnswer(int Rows, int Stored, int Already, int Refused, IReadOnlyList<CsvRefusal> Refusals);

/// <param name="Row">From 1, without the header.</param>
/// <param name="Line">The line of the file that the row begins on.</param>
public sealed record CsvRefusal(long Row, long Line, string? Column, string Code, string Reason);

/// <summary>What became of the rows of a file.</summary>
internal sealed class CsvTally
{
    private readonly List<CsvRefusal> _refusals = [];
    private int _rows, _stored, _already;

    /// <summary>Counts a row; whether it became a statement.</summary>
    public bool Takes(CsvStatement row)
    {
        _rows++;
        if (row.Refusal is { } refusal) _refusals.Add(new CsvRefusal(row.Row, row.Line, refusal.Column, refusal.Code, refusal.Reason));
        return row.Refusal is null;
    }

    public void Add(CsvStatement row, IntakeOutcome outcome)
    {
        if (outcome.Result == IntakeResult.Stored) _stored++;
        else if (outcome.Result == IntakeResult.Already) _already++;
        else _refusals.Add(new CsvRefusal(row.Row, row.Line, Column: null, outcome.Rejection!.Code, outcome.Rejection.Message));
    }

    public CsvAnswer ToAnswer(int most) => new(_rows, _stored, _already, _refusals.Count, [.. _refusals.OrderBy(refusal => refusal.Row).Take(most)]);
}
