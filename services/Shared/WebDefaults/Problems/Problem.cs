using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>A problem document (RFC 9457).</summary>
/// <param name="Code">Stable; also the last part of <see cref="Type"/>.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="Place">JSON Pointer or name of the offending part; in what is no JSON, the line and the column or byte.</param>
/// <param name="Line">In the body, from 1.</param>
public sealed record Problem(
    string Type,
    string Title,
    int Status,
    string Code,
    string Remedy,
    string? Detail = null,
    string? Place = null,
    long? Line = null,
    string? TraceId = null) : IResult, IStatusCodeHttpResult
{
    public const string MediaType = "application/problem+json";

    private const string TypePrefix = "https://pathways.example/problems/";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // It is JSON and never part of a page: quotes stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    int? IStatusCodeHttpResult.StatusCode => Status;

    public static Problem Of(ProblemCode code, string? detail = null, string? place = null, long? line = null)
        => new(TypePrefix + code.Code, code.Title, code.Status, code.Code, code.Remedy, detail, place, line);

    public static Problem From(Rejection rejection)
    {
        var known = ProblemCodes.Find(rejection.Code);
        return new(
            TypePrefix + rejection.Code,
            known?.Title ?? TitleOf(rejection.Code),
            known?.Status ?? StatusOf(rejection.Kind),
            rejection.Code,
            rejection.Remedy,
            rejection.Message,
            rejection.Place);
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers.CacheControl = "no-store";
        var told = this with { TraceId = Activity.Current?.TraceId.ToString() ?? httpContext.TraceIdentifier };
        // Without RequestAborted: after a timeout that token is what ended the request, and it would end the answer too.
        return httpContext.Response.WriteAsJsonAsync(told, Json, MediaType, CancellationToken.None);
    }

    private static int StatusOf(RejectionKind kind) => kind switch
    {
        RejectionKind.Invalid => StatusCodes.Status400BadRequest,
        RejectionKind.NotFound => StatusCodes.Status404NotFound,
        RejectionKind.Conflict => StatusCodes.Status409Conflict,
        RejectionKind.Forbidden => StatusCodes.Status403Forbidden,
        _ => throw new InvalidOperationException($"Unknown kind of rejection: {kind}"),
    };

    /// <summary><c>pathway-cyclic</c> reads as <c>Pathway cyclic</c>.</summary>
    private static string TitleOf(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('-', ' ');
}
