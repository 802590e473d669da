using Microsoft.AspNetCore.Http;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.WebDefaults;

/// <summary>
/// Answers to requests with an Idempotency-Key, in <c>events.idempotency</c>. The row is written by the transaction
/// that appends the events: a crash leaves both or neither.
/// </summary>
internal sealed class StoredAnswers(TenantReader reader)
{
    /// <summary>Longer than any sensible retry; what is older counts as never seen, and is deleted.</summary>
    private const string KeptDays = "7";

    public const string Clean = $"delete from events.idempotency where created_at <= now() - interval '{KeptDays} days'";

    private const string Select =
        $"""
        select fingerprint, status, body, version, location, last_event from events.idempotency
        where tenant_id = $1 and client_id = $2 and key = $3 and created_at > now() - interval '{KeptDays} days'
        """;

    /// <summary>A concurrent request with the same key waits here for the first one's commit, and then finds no row to write.</summary>
    private const string Insert =
        $"""
        insert into events.idempotency as known (tenant_id, client_id, key, fingerprint, status, body, version, location, last_event, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
        on conflict (tenant_id, client_id, key) do update set
            fingerprint = excluded.fingerprint, status = excluded.status, body = excluded.body,
            version = excluded.version, location = excluded.location, last_event = excluded.last_event, created_at = excluded.created_at
        where known.created_at <= now() - interval '{KeptDays} days'
        """;

    public static readonly Rejection Taken =
        Rejection.Conflict(ProblemCodes.IdempotencyInProgress.Code, "A request with this Idempotency-Key is being carried out.", ProblemCodes.IdempotencyInProgress.Remedy);

    public async Task<StoredAnswer?> FindAsync(Caller caller, IdempotencyKey key, CancellationToken cancellation)
    {
        var found = await reader.QueryAsync(
            caller.Tenant,
            Select,
            [Text(caller.Tenant), Text(caller.ClientId), Text(key.Value)],
            row => new StoredAnswer(
                row.GetFieldValue<byte[]>(0),
                row.GetInt32(1),
                row.IsDBNull(2) ? null : row.GetFieldValue<byte[]>(2),
                row.IsDBNull(3) ? null : row.GetInt64(3),
                row.IsDBNull(4) ? null : row.GetString(4),
                row.IsDBNull(5) ? null : row.GetGuid(5)),
            cancellation);
        return found.SingleOrDefault();
    }

    public static GuardedWrite Write(Caller caller, IdempotencyKey key, StoredAnswer answer) => new(
        Insert,
        [
            Text(caller.Tenant), Text(caller.ClientId), Text(key.Value),
            new NpgsqlParameter { Value = answer.Fingerprint, NpgsqlDbType = NpgsqlDbType.Bytea },
            new NpgsqlParameter { Value = answer.Status, NpgsqlDbType = NpgsqlDbType.Integer },
            new NpgsqlParameter { Value = (object?)answer.Body ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            Number(answer.Version),
            Text(answer.Location),
            new NpgsqlParameter { Value = (object?)answer.LastEvent ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
        ],
        RowsRequired: 1,
        Conflict: Taken);

    // Those that are empty already name nobody.
    private const string Naming = """
        tenant_id = $1 and (position('/' || $2 || '/' in location || '/') > 0 or position(convert_to('"' || $2 || '"', 'UTF8') in body) > 0)
        """;

    public const string CountNaming = $"select count(*)::int from events.idempotency where {Naming}";

    public static GuardedWrite Empty(string tenant, string subject) => new(
        $"update events.idempotency set fingerprint = '', body = null, location = null where {Naming}",
        [Text(tenant), Text(subject)]);
}

/// <summary>An answer in the form in which it is sent, now or again.</summary>
internal sealed record StoredAnswer(byte[] Fingerprint, int Status, byte[]? Body, long? Version, string? Location, Guid? LastEvent)
    : IResult, IStatusCodeHttpResult
{
    int? IStatusCodeHttpResult.StatusCode => Status;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Version is { } version) response.Headers.ETag = ETags.Of(version);
        if (Location is not null) response.Headers.Location = Location;
        if (LastEvent is { } last) response.Headers[MinPosition.Header] = last.ToString();
        if (Body is null) return;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }
}
