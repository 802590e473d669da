using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>
/// The way of a command over HTTP: load, decide, commit, answer. With <c>Idempotency-Key</c> the answer is stored by
/// the same transaction and given again; with <c>If-Match</c> a changed stream is 412; otherwise a concurrent change
/// makes it load and decide again, a few times.
/// </summary>
public sealed class CommandEndpoint
{
    private const int Attempts = 3;

    private readonly IEventStore _store;
    private readonly StoredAnswers _answers;
    private readonly JsonSerializerOptions _json;

    internal CommandEndpoint(IEventStore store, StoredAnswers answers, IOptions<JsonOptions> json)
    {
        _store = store;
        _answers = answers;
        _json = json.Value.SerializerOptions;
    }

    /// <summary>A command on one stream.</summary>
    /// <param name="answer">The body, from the state and version after the events.</param>
    /// <param name="inline">Adds what must be in the same transaction, such as a read model that is read at once.</param>
    public Task<IResult> RunAsync<TState>(
        HttpContext http,
        string stream,
        Decider<TState> decider,
        Func<TState, Decision> decide,
        Func<TState, long, object?> answer,
        int status = StatusCodes.Status200OK,
        Action<UnitOfWork, TState>? inline = null,
        string? location = null)
    {
        var precondition = ETags.IfMatch(http.Request);
        return CarryOutAsync(http, async cancellation =>
        {
            var loaded = await _store.LoadAsync(http.Caller().Tenant, stream, decider, cancellation);
            if (precondition?.IsMetBy(loaded.Version) == false) return Changed;
            var decision = decide(loaded.State);
            if (decision.Rejection is { } rejection) return rejection;

            var state = decider.Fold(loaded.State, decision.Events);
            long version = loaded.Version + decision.Events.Length;
            var work = new UnitOfWork(http.EventContext());
            work.Append(stream, loaded.Version, decision.Events);
            inline?.Invoke(work, state);
            return new PreparedCommand(work, new CommandAnswer(answer(state, version), status, version, location));
        });
    }

    /// <summary>
    /// A command on several streams: <paramref name="prepare"/> reads and decides, and is called again after a conflict. It has no
    /// one version, so <c>If-Match</c> is refused rather than overlooked.
    /// </summary>
    public async Task<IResult> CommitAsync(HttpContext http, Func<CancellationToken, Task<Result<PreparedCommand>>> prepare)
        => ETags.IsConditional(http.Request)
            ? Problem.Of(ProblemCodes.InvalidRequest, "This command concerns several streams and takes no If-Match.", "If-Match")
            : await CarryOutAsync(http, prepare);

    private async Task<IResult> CarryOutAsync(HttpContext http, Func<CancellationToken, Task<Result<PreparedCommand>>> prepare)
    {
        var cancellation = http.RequestAborted;
        var key = http.Features.Get<IdempotencyKey>();
        bool mayDecideAgain = !ETags.IsConditional(http.Request);
        for (int attempt = 1; ; attempt++)
        {
            if (key is not null && await _answers.FindAsync(http.Caller(), key, cancellation) is { } earlier) return Again(earlier, key);

            var prepared = await prepare(cancellation);
            if (!prepared.IsAccepted) return ProblemOf(prepared.Rejection, http);

            var work = prepared.Value.Work;
            var stored = Stored(prepared.Value.Answer, work.LastEvent, key);
            if (key is not null) work.Write(StoredAnswers.Write(http.Caller(), key, stored));
            var rejection = work.IsEmpty ? null : (await _store.CommitAsync(work, cancellation)).Rejection;
            if (rejection is null)
            {
                Failpoint.Hit(Failpoint.Committed);
                return stored;
            }
            bool worthAnother = rejection == StoredAnswers.Taken || (IsConflict(rejection) && mayDecideAgain);
            if (!worthAnother || attempt == Attempts) return ProblemOf(rejection, http);
        }
    }

    private static readonly Rejection Changed = Rejection.Conflict(ProblemCodes.StreamVersionConflict.Code, "It is not at the version that If-Match names.", ProblemCodes.PreconditionFailed.Remedy);

    private static bool IsConflict(Rejection rejection) => rejection.Code == ProblemCodes.StreamVersionConflict.Code;

    private static Problem ProblemOf(Rejection rejection, HttpContext http) => IsConflict(rejection) && ETags.IsConditional(http.Request)
        ? Problem.Of(ProblemCodes.PreconditionFailed, rejection.Message)
        : Problem.From(rejection);

    private static IResult Again(StoredAnswer earlier, IdempotencyKey key)
        => earlier.Fingerprint.AsSpan().SequenceEqual(key.Fingerprint) ? earlier : Problem.Of(ProblemCodes.IdempotencyKeyReused);

    private StoredAnswer Stored(CommandAnswer answer, Guid? lastEvent, IdempotencyKey? key) => new(
        key?.Fingerprint ?? [],
        answer.Status,
        answer.Body is null ? null : JsonSerializer.SerializeToUtf8Bytes(answer.Body, answer.Body.GetType(), _json),
        answer.Version,
        answer.Location,
        lastEvent);
}
