using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Integrity;
using Polly;
using static Pathways.WebDefaults.JsonWords;

namespace Pathways.WebDefaults;

/// <summary>
/// The last resort: every exception becomes a problem document. What is ours stays ours: no message, stack or SQL
/// leaves the process, only a trace id.
/// </summary>
internal sealed partial class FaultHandler(ILogger<FaultHandler> log) : IExceptionHandler
{
    private const string RetryAfterSeconds = "2";

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        var problem = ProblemOf(exception);
        if (problem.Status >= StatusCodes.Status500InternalServerError) LogFault(exception, problem.Code, httpContext.CorrelationId());
        if (problem.Status == StatusCodes.Status503ServiceUnavailable) httpContext.Response.Headers.RetryAfter = RetryAfterSeconds;
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private static Problem ProblemOf(Exception exception) => exception switch
    {
        // Bound from the body; all other JSON that can't be read is ours or a peer's. What the reader itself can't read is inside.
        BadHttpRequestException { InnerException: JsonException { InnerException: JsonException } malformed } => Malformed(malformed),
        BadHttpRequestException { InnerException: NullElementException element } => NotAsExpected(element) with { Remedy = "Leave it out, or say what is meant." },
        BadHttpRequestException { InnerException: JsonException unexpected } => NotAsExpected(unexpected),
        // These words, the server's or ours, name the limit.
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large => Problem.Of(ProblemCodes.BodyTooLarge, large.Message),
        BadHttpRequestException { StatusCode: not StatusCodes.Status400BadRequest } bad => Problem.Of(ProblemCodes.ForStatus(bad.StatusCode)),
        BadHttpRequestException bad => InvalidRequest(bad.Message),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }
            => Problem.Of(ProblemCodes.InvalidRequest, "The request holds a character that no text here may hold: U+0000, or half of a pair."),
        // Thrown to a caller by signing alone; these words tell sizes.
        LogBehindItsHeadsException refused => Problem.Of(refused.LogIsShorter ? ProblemCodes.LogBehindItsHeads : ProblemCodes.LogRewritten, refused.Message),
        _ when IsUnreachable(exception) => Problem.Of(ProblemCodes.Unavailable),
        _ => Problem.Of(ProblemCodes.Internal),
    };

    private static Problem Malformed(JsonException json)
    {
        string place = $"line {JsonPlace.LineOf(json)}, byte {json.BytePositionInLine + 1}";
        return Problem.Of(ProblemCodes.InvalidJson, $"The body is not well-formed JSON at {place}: {WithoutClrNames(json.Message).TrimEnd('.')}.", place, JsonPlace.LineOf(json));
    }

    /// <summary>The framework's messages name our types and our handlers' parameters.</summary>
    private static Problem InvalidRequest(string message)
    {
        if (MissingParameter().Match(message) is { Success: true } missing)
        {
            return missing.Groups["from"].Value.Contains("body", StringComparison.Ordinal)
                ? Problem.Of(ProblemCodes.InvalidRequest, "The body is missing.") with { Remedy = "Send JSON as the body: the OpenAPI document tells its members." }
                : Problem.Of(ProblemCodes.InvalidRequest, $"'{missing.Groups["name"].Value}' is missing.", missing.Groups["name"].Value) with { Remedy = "Add it." };
        }
        return UnboundParameter().Match(message) is { Success: true } unbound
            ? Problem.Of(ProblemCodes.InvalidRequest, $"'{unbound.Groups["value"].Value}' is no value of '{unbound.Groups["name"].Value}'.", unbound.Groups["name"].Value)
            : Problem.Of(ProblemCodes.InvalidRequest, message);
    }

    private static bool IsUnreachable(Exception exception) => exception switch
    {
        DependencyUnavailableException => true,
        // A newer build has written it; the caller's next try may reach that one.
        UnknownEventTypeException => true,
        // A server that starts, stops, is out of connections or chose us in a deadlock says so in SQL; all else in SQL is our fault.
        PostgresException postgres => postgres.SqlState[..2] is "08" or "40" or "53" or "55" or "57",
        NpgsqlException { IsTransient: true } or NpgsqlException { InnerException: SocketException or IOException or TimeoutException } => true,
        HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } => true,
        // A dependency that did not answer in time, or is left alone for a while.
        ExecutionRejectedException => true,
        _ => false,
    };

    [GeneratedRegex("""^(Required parameter|Implicit body inferred for parameter) "([^"]* )?(?<name>[^" ]*)" (was not provided from|but no) (?<from>.*)$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex MissingParameter();

    [GeneratedRegex("""^Failed to bind parameter "([^"]* )?(?<name>[^" ]*)" from "(?<value>.*)"\.$""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex UnboundParameter();

    [LoggerMessage(LogLevel.Error, "Answered {Code} to request {CorrelationId}")]
    private partial void LogFault(Exception exception, string code, string correlationId);
}

/// <summary>Something we depend on can't be reached just now; the caller may repeat.</summary>
public sealed class DependencyUnavailableException(string dependency, Exception? inner = null)
    : Exception($"{dependency} can't be reached.", inner);
