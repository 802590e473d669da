using System.Collections.Frozen;

namespace Pathways.WebDefaults;

/// <summary>A kind of problem: the code is stable and public, the title says what it is, the remedy what to do.</summary>
public sealed record ProblemCode(string Code, int Status, string Title, string Remedy);

/// <summary>The problems that every service can answer. The services' own come from their rejections.</summary>
public static class ProblemCodes
{
    private const string WhatLogsThatWentBackNeed = "Find out who cut or restored it: `audit verify` names the place. Who knows why follows services/Shared/EventStore/README.md, and keeps the old heads as evidence.";

    public static readonly ProblemCode InvalidJson = new("invalid-json", 400, "The body is not the JSON that is expected", "Correct the body at the given place.");
    public static readonly ProblemCode InvalidRequest = new("invalid-request", 400, "The request can't be understood", "Compare the request with the OpenAPI document.");
    public static readonly ProblemCode UnknownParameter = new("unknown-parameter", 400, "The address has a parameter that is not known here", "Correct its name, or leave it out.");
    public static readonly ProblemCode UnknownPosition = new("unknown-position", 400, "There is no such event here", "Take X-Last-Event-Id from an answer of this very service, and ask for the same institution; or leave minPosition out.");
    public static readonly ProblemCode InvalidCursor = new("invalid-cursor", 400, "The cursor is not one of ours", "Take the cursor from the 'next' of the page before, or from the 'id' of an event of a stream.");
    public static readonly ProblemCode IdempotencyKeyInvalid = new("idempotency-key-invalid", 400, "The Idempotency-Key can't be used", "Send 1 to 255 printable ASCII characters, for instance a UUID.");
    public static readonly ProblemCode TokenMissing = new("token-missing", 401, "A token is needed", "Get a token at /oauth/token and send it as 'Authorization: Bearer'.");
    public static readonly ProblemCode TokenInvalid = new("token-invalid", 401, "The token is not valid", "Get a new token at /oauth/token.");
    public static readonly ProblemCode CredentialsInvalid = new("credentials-invalid", 401, "The key and its secret are not valid", "Check both; `client list` tells which are revoked.");
    public static readonly ProblemCode ScopeMissing = new("scope-missing", 403, "The token does not allow this", "Ask for a token with one of the scopes named.");
    public static readonly ProblemCode TenantRequired = new("tenant-required", 403, "The token is for no tenant", "Ask for the token with the parameter 'tenant'.");
    public static readonly ProblemCode Forbidden = new("forbidden", 403, "This is not allowed", "Use a client that may do this, or ask an operator.");
    public static readonly ProblemCode NotFound = new("not-found", 404, "There is nothing here", "Correct the address: each service lists its resources at /SERVICE/openapi.json, for example /pathway-stacking/openapi.json.");
    public static readonly ProblemCode MethodNotAllowed = new("method-not-allowed", 405, "The resource does not support this method", "Use one of the methods in the Allow header.");
    public static readonly ProblemCode NotAcceptable = new("not-acceptable", 406, "The answer can't be given in a form you accept", "Accept application/json.");
    public static readonly ProblemCode Timeout = new("timeout", 504, "The request took too long and was given up", "Try again; nothing is done twice when you send an Idempotency-Key.");
    public static readonly ProblemCode StreamVersionConflict = new("stream-version-conflict", 409, "Somebody else changed it at the same time", "Read it again and repeat.");
    public static readonly ProblemCode PreconditionFailed = new("stream-version-conflict", 412, "It has changed since you read it", "Read it again, and repeat with the new ETag.");
    public static readonly ProblemCode IdempotencyInProgress = new("idempotency-in-progress", 409, "A request with this Idempotency-Key is being carried out", "Wait a moment and repeat; the answer will be the first one's.");
    public static readonly ProblemCode LogBehindItsHeads = new("log-behind-its-heads", 409, "The log ends before its last signed head", WhatLogsThatWentBackNeed);
    public static readonly ProblemCode LogRewritten = new("log-rewritten", 409, "The log does not go on from its last signed head", WhatLogsThatWentBackNeed);
    public static readonly ProblemCode BodyTooLarge = new("body-too-large", 413, "The body is too large", "Send less at once.");
    public static readonly ProblemCode UriTooLong = new("uri-too-long", 414, "The address is too long", "Shorten its query: ask for less at once.");
    public static readonly ProblemCode UnsupportedMediaType = new("unsupported-media-type", 415, "The body has a media type that is not taken here", "Send what the resource's OpenAPI description names, mostly application/json.");
    public static readonly ProblemCode IdempotencyKeyReused = new("idempotency-key-reused", 422, "The Idempotency-Key was used for another request", "Use a new key for a new request.");
    public static readonly ProblemCode TooManyRequests = new("too-many-requests", 429, "Too many requests", "Wait for the seconds in Retry-After.");
    public static readonly ProblemCode HeadersTooLarge = new("headers-too-large", 431, "The headers are too large", "Send fewer or shorter ones.");
    public static readonly ProblemCode Internal = new("internal", 500, "Something broke on our side", "Repeat later; tell us the traceId if it stays.");
    public static readonly ProblemCode Unavailable = new("unavailable", 503, "A part we need can't be reached just now", "Repeat after the seconds in Retry-After.");
    public static readonly ProblemCode ProjectionBehind = new("projection-behind", 503, "The read model has not reached that position yet", "Repeat after the seconds in Retry-After.");

    private static readonly FrozenDictionary<string, ProblemCode> ByCode = new[]
    {
        InvalidJson, InvalidRequest, UnknownParameter, UnknownPosition, InvalidCursor, IdempotencyKeyInvalid, TokenMissing, TokenInvalid, CredentialsInvalid,
        ScopeMissing, TenantRequired, Forbidden, NotFound, MethodNotAllowed, NotAcceptable, Timeout, StreamVersionConflict, IdempotencyInProgress,
        LogBehindItsHeads, LogRewritten, BodyTooLarge, UriTooLong, UnsupportedMediaType, IdempotencyKeyReused, TooManyRequests, HeadersTooLarge, Internal, Unavailable,
        ProjectionBehind,
    }.ToFrozenDictionary(code => code.Code);

    public static IEnumerable<ProblemCode> All => ByCode.Values;

    public static ProblemCode? Find(string code) => ByCode.GetValueOrDefault(code);

    internal static ProblemCode ForStatus(int status) => status switch
    {
        401 => TokenMissing,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        406 => NotAcceptable,
        413 => BodyTooLarge,
        414 => UriTooLong,
        415 => UnsupportedMediaType,
        429 => TooManyRequests,
        431 => HeadersTooLarge,
        503 => Unavailable,
        504 => Timeout,
        < 500 => InvalidRequest with { Status = status },
        _ => Internal with { Status = status },
    };
}
