using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Net.Http.Headers;
using Pathways.Kernel;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Api;

/// <summary><c>GET</c> and <c>HEAD /xapi/statements</c>: one statement by its id, or a page by filters.</summary>
internal static class FindStatements
{
    /// <summary>Also what a limit of 0, or none, stands for.</summary>
    private const int LargestPage = 500;

    /// <summary>Ours: where a page goes on, in the address that <c>more</c> gives.</summary>
    private const string From = "from";

    public static void Map(IEndpointRouteBuilder routes)
        => routes.MapMethods("/xapi/statements", ["GET", "HEAD"], GetAsync).RequireScope(XapiScopes.Read)
            .ReadsQuery("statementId", "One statement, by its UUID; beside it only format and attachments are possible")
            .ReadsQuery("voidedStatementId", "One voided statement, by its UUID; beside it only format and attachments are possible")
            .ReadsFilters()
            .ReadsQuery("since", "Only statements stored after this date-time (RFC 3339)")
            .ReadsQuery("until", "Only statements stored at this date-time (RFC 3339) or before")
            .ReadsQuery("limit", "How many statements at most, up to 500; 0 stands for 500", isNumber: true)
            .ReadsQuery("format", "exact, ids or canonical; exact without it")
            .ReadsQuery("attachments", "true: as multipart/mixed, with the attachments' content")
            .ReadsQuery("ascending", "true: oldest first")
            .ReadsQuery(From, "Where a page goes on, as 'more' of the page before gives it")
            .RecordsDisclosure(Purpose.RecordKeeping, inBackground: true)
            .WithName("GetStatements").WithSummary("One statement by id, or a page of statements by filters.");

    /// <summary>What <see cref="Filters"/> reads.</summary>
    internal static RouteHandlerBuilder ReadsFilters(this RouteHandlerBuilder route) => route
        .ReadsQuery("agent", "Only statements of this agent or identified group, as JSON")
        .ReadsQuery("verb", "Only statements with this verb's IRI")
        .ReadsQuery("activity", "Only statements about this activity's IRI")
        .ReadsQuery("registration", "Only statements of this registration's UUID")
        .ReadsQuery("related_activities", "true: wherever the statement names the activity")
        .ReadsQuery("related_agents", "true: wherever the statement names the agent");

    private static Task<IResult> GetAsync(HttpContext http, StatementTable table, AttachmentTable attachments, Pseudonyms pseudonyms, XapiCallers callers)
    {
        var parameters = new Parameters(http.Request);
        var format = Format(parameters, http.Request);
        return parameters.Has("statementId") || parameters.Has("voidedStatementId")
            ? OneAsync(http, table, attachments, callers.Of(http).SeesOnly, parameters, format)
            : PageAsync(http, table, attachments, pseudonyms, callers.Of(http), parameters, format);
    }

    private static async Task<IResult> OneAsync(
        HttpContext http, StatementTable table, AttachmentTable attachments, Identity? seesOnly, Parameters parameters, StatementFormat? format)
    {
        var id = parameters.Id("statementId") ?? parameters.Id("voidedStatementId");
        bool voided = parameters.Has("voidedStatementId");
        bool withAttachments = parameters.Flag("attachments");
        string? other = http.Request.Query.Keys.FirstOrDefault(name => name is not ("format" or "attachments" or Purpose.Query) && name != (voided ? "voidedStatementId" : "statementId"));
        if (other is not null) parameters.Refuse(other, $"'{other}' can't be asked for together with one statement by its id.", "Ask for the one statement alone, or leave its id out.");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();

        var found = await table.TextsAsync(http.Caller().Tenant, [id!.Value], http.RequestAborted);
        if (found.Count == 0 || found[0].IsVoided != voided || (seesOnly is not null && !IsBy(seesOnly, found[0])))
            return Rejection.NotFound("statement-not-found", voided ? $"There is no voided statement {id}." : $"There is no statement {id}.", "Find statements with GET /xapi/statements.").ToProblem();
        LastModified(http, found[0]);
        return await AnswerAsync(http, attachments, found, Formatted(found[0], format), withAttachments);
    }

    private static async Task<IResult> PageAsync(
        HttpContext http, StatementTable table, AttachmentTable attachments, Pseudonyms pseudonyms, XapiCaller caller, Parameters parameters, StatementFormat? format)
    {
        var query = Query(parameters, http.Caller().Tenant, pseudonyms).VisibleTo(caller, pseudonyms, http.Caller().Tenant);
        bool withAttachments = parameters.Flag("attachments");
        if (parameters.Refusal is { } refusal) return refusal.ToProblem();

        // One more than asked for tells whether there is more.
        var found = await table.FindAsync(http.Caller().Tenant, query with { Limit = query.Limit + 1 }, http.RequestAborted);
        var page = found.Take(query.Limit).ToList();
        if (page.Count > 0) LastModified(http, query.Ascending ? page[^1] : page[0]);
        return await AnswerAsync(http, attachments, page, Result(page, format, found.Count > query.Limit ? More(http.Request, page[^1].Seq) : ""), withAttachments);
    }

    private static bool IsBy(Identity authority, StoredText statement)
    {
        using var document = JsonDocument.Parse(statement.Json);
        return Identity.Of(document.RootElement.GetProperty("authority")) == authority;
    }

    private static async Task<IResult> AnswerAsync(
        HttpContext http, AttachmentTable attachments, IReadOnlyList<StoredText> statements, ReadOnlyMemory<byte> json, bool withAttachments)
    {
        http.Disclose(statements.Select(statement => statement.LearnerId));
        if (!withAttachments) return new RawBytes(json, "application/json");
        var contents = await attachments.ReadAsync(http.Caller().Tenant, [.. statements.Select(statement => statement.Id)], http.RequestAborted);
        return new MultipartAnswer(json, contents, MultipartAnswer.TypesOf(statements.Select(statement => statement.Json)));
    }

    /// <summary>By what <see cref="ReadsFilters"/> declares.</summary>
    internal static List<TermFilter> Filters(Parameters parameters, string tenant, Pseudonyms pseudonyms)
    {
        var filters = new List<TermFilter>();
        if (parameters.Id("registration") is { } registration) Add(TermKind.Registration, registration.ToString("D"));
        bool relatedAgents = parameters.Flag("related_agents");
        if (parameters.Agent("agent") is { } agent) Add(TermKind.Agent, agent.Canonical, relatedAgents);
        bool relatedActivities = parameters.Flag("related_activities");
        if (parameters.Iri("activity") is { } activity) Add(TermKind.Activity, activity, relatedActivities);
        if (parameters.Iri("verb") is { } verb) Add(TermKind.Verb, verb);
        return filters;

        void Add(TermKind kind, string value, bool related = false) => filters.Add(TermFilter.Of(pseudonyms, tenant, kind, value, related));
    }

    private static StatementQuery Query(Parameters parameters, string tenant, Pseudonyms pseudonyms)
    {
        var filters = Filters(parameters, tenant, pseudonyms);
        bool ascending = parameters.Flag("ascending");
        long after = parameters.Instant("since") is { } since ? StoredClock.LastOf(since) : 0;
        long through = parameters.Instant("until") is { } until ? StoredClock.LastOf(until) : long.MaxValue;
        if (parameters.Text(From) is { } from)
        {
            if (!long.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out long seq)) parameters.Refuse(From, "This is no address that 'more' gave.", "Take the whole address from the page before, its 'more'.");
            else if (ascending) after = Math.Max(after, seq);
            else through = Math.Min(through, seq - 1);
        }
        int limit = parameters.Count("limit") is > 0 and var asked ? Math.Min(asked, LargestPage) : LargestPage;
        return new StatementQuery(filters, after, through, ascending, limit);
    }

    private static StatementFormat? Format(Parameters parameters, HttpRequest request)
    {
        switch (parameters.Text("format"))
        {
            case null or "exact":
                return null;
            case "ids":
                return StatementFormat.Ids;
            case "canonical":
                return StatementFormat.Canonical(Languages(request));
            default:
                parameters.Refuse("format", "'format' must be exact, ids or canonical.");
                return null;
        }
    }

    private static List<string> Languages(HttpRequest request)
        => [.. request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1).Select(language => language.Value.Value!).Where(value => value != "*")];

    /// <summary>Relative to the host, without state on our side: it holds as long as the statements do.</summary>
    private static string More(HttpRequest request, long last)
    {
        var query = new QueryBuilder(request.Query.Where(pair => pair.Key != From)) { { From, last.ToString(CultureInfo.InvariantCulture) } };
        return $"{request.PathBase}/xapi/statements{query.ToQueryString()}";
    }

    private static void LastModified(HttpContext http, StoredText statement)
        => http.Response.Headers.LastModified = HeaderUtilities.FormatDate(StoredClock.StoredAt(statement.Seq));

    private static ReadOnlyMemory<byte> Result(List<StoredText> statements, StatementFormat? format, string more)
    {
        var output = new ArrayBufferWriter<byte>(4096 + statements.Sum(statement => statement.Json.Length + 1));
        output.Write("{\"statements\":["u8);
        for (int i = 0; i < statements.Count; i++)
        {
            if (i > 0) output.Write(","u8);
            output.Write(Formatted(statements[i], format).Span);
        }
        output.Write("],\"more\":"u8);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(more));
        output.Write("}"u8);
        return output.WrittenMemory;
    }

    private static ReadOnlyMemory<byte> Formatted(StoredText statement, StatementFormat? format)
    {
        if (format is null) return statement.Json;
        using var document = JsonDocument.Parse(statement.Json);
        var output = new ArrayBufferWriter<byte>(statement.Json.Length);
        format.Write(output, document.RootElement);
        return output.WrittenMemory;
    }
}
