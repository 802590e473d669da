using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Attesting;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Connecting;

/// <summary>
/// A turn of what goes out: the next statements of the sealed log that the filter wants, in that order, each at least once (the
/// other store takes an id only once). One that it refuses again and again is put aside and holds up nothing; anything else,
/// such as credentials that are not valid any more, holds up the connection until it is mended, and loses nothing.
/// Statements that were erased, deleted or voided meanwhile are passed over; that one was voided is a statement itself.
/// </summary>
internal sealed class Forwarding(
    StatementLog log, StatementTable table, AttachmentTable attachments, Pseudonyms pseudonyms, PeerStore peer, ConnectionWork work,
    DisclosureLog disclosures, TimeProvider clock)
{
    private const int AtOnce = 50;
    private const int LargestBody = 1024 * 1024;
    private const int MostRefusals = 3;

    /// <returns>Where it goes on, when there may be more at once.</returns>
    public async Task<WorkingConnection?> TurnAsync(WorkingConnection connection, CancellationToken cancellation)
    {
        await RetryAsync(connection, cancellation);
        // One by one after a failure, so that it is known whose it is.
        var stretch = await log.ReadAsync(connection.Tenant, connection.Position, connection.Attempts == 0 ? AtOnce : 1, cancellation);
        var chosen = await ChosenAsync(connection, stretch.Statements, cancellation);
        foreach (var group in Groups(chosen)) await SendAsync(connection, group, cancellation);
        if (stretch.Through > connection.Position) await work.MovedAsync(connection, stretch.Through, since: null, done: 0, cancellation);
        return stretch.HasMore ? connection with { Position = stretch.Through, Attempts = 0, Head = null, Refusals = 0 } : null;
    }

    /// <summary>What was put aside, once more; out of its order.</summary>
    private async Task RetryAsync(WorkingConnection connection, CancellationToken cancellation)
    {
        var ids = await work.ToRetryAsync(connection, AtOnce, cancellation);
        if (ids.Count == 0) return;
        var texts = (await table.TextsAsync(connection.Tenant, ids, cancellation)).ToDictionary(text => text.Id);
        foreach (var id in ids)
        {
            string? refused = null;
            bool isThere = texts.TryGetValue(id, out var text) && !text.IsVoided;
            if (isThere)
            {
                refused = await DeliverAloneAsync(connection, Plain(text!), cancellation);
                await DisclosedAsync(connection, [text!], cancellation);
            }
            if (refused is null) await work.RaiseAsync(connection, id, cancellation);
            else await work.BuryAsync(connection, id, refused, cancellation);
            await work.MovedAsync(connection, position: null, since: null, done: isThere && refused is null ? 1 : 0, cancellation);
        }
    }

    private async Task<List<Chosen>> ChosenAsync(WorkingConnection connection, IReadOnlyList<LoggedStatement> logged, CancellationToken cancellation)
    {
        var verbs = connection.Settings.Filter.Verbs;
        var candidates = logged.Where(statement => verbs.IsEmpty || statement.Refers || verbs.Contains(statement.VerbId)).ToList();
        if (candidates.Count == 0) return [];
        var ids = candidates.ConvertAll(statement => statement.Id);
        var texts = (await table.TextsAsync(connection.Tenant, ids, cancellation)).ToDictionary(text => text.Id);
        var aside = await work.AsideAsync(connection, ids, cancellation);
        var chosen = new List<Chosen>();
        foreach (var candidate in candidates)
        {
            if (!texts.TryGetValue(candidate.Id, out var text) || text.IsVoided || aside.Contains(candidate.Id)) continue;
            if (await IsWantedAsync(connection, text, cancellation)) chosen.Add(new Chosen(candidate.Position, Plain(text)));
        }
        return chosen;
    }

    /// <summary>A statement that refers to a wanted one is wanted too, as everywhere in xAPI: so a voiding follows what it voids.</summary>
    private async Task<bool> IsWantedAsync(WorkingConnection connection, StoredText statement, CancellationToken cancellation)
    {
        if (Matches(connection, statement)) return true;
        return statement.RefersTo is { } target
            && (await table.ChainAsync(connection.Tenant, [target], cancellation)).Any(referred => Matches(connection, referred));
    }

    private bool Matches(WorkingConnection connection, StoredText statement)
    {
        using var document = JsonDocument.Parse(statement.Json);
        var terms = Term.Of(document.RootElement, document.RootElement.GetProperty("authority"));
        return connection.Settings.Filter.Matches(terms, person => pseudonyms.LearnerId(connection.Tenant, person));
    }

    /// <summary>Bounded bodies; a statement with attachments goes alone, as its content may be large.</summary>
    private static IEnumerable<List<Chosen>> Groups(List<Chosen> chosen)
    {
        var group = new List<Chosen>();
        int size = 0;
        foreach (var statement in chosen)
        {
            bool isAlone = HasAttachments(statement.Text);
            if (group.Count > 0 && (isAlone || size + statement.Text.Json.Length > LargestBody))
            {
                yield return group;
                (group, size) = ([], 0);
            }
            group.Add(statement);
            size += statement.Text.Json.Length;
            if (!isAlone) continue;
            yield return group;
            (group, size) = ([], 0);
        }
        if (group.Count > 0) yield return group;
    }

    private async Task SendAsync(WorkingConnection connection, List<Chosen> group, CancellationToken cancellation)
    {
        if (group.Count > 1)
        {
            var answer = await peer.PostAsync(connection, () => Json(connection, [.. group.Select(statement => statement.Text)]), cancellation);
            if (answer.IsSuccess)
            {
                await SentAsync(connection, group, group.Count, cancellation);
                return;
            }
            if (!LiesInTheStatement(answer.Status)) throw PeerException.Of(answer);
        }
        // A batch is refused whole: one by one tells which of them it is.
        foreach (var statement in group)
        {
            string? refused = await DeliverAloneAsync(connection, statement.Text, cancellation);
            if (refused is not null)
            {
                int refusals = connection.Head == statement.Text.Id ? connection.Refusals + 1 : 1;
                if (refusals < MostRefusals) throw new PeerException(refused) { At = statement.Text.Id, IsRefusal = true };
                await work.BuryAsync(connection, statement.Text.Id, refused, cancellation);
            }
            await SentAsync(connection, [statement], refused is null ? 1 : 0, cancellation);
        }
    }

    /// <summary>The disclosure is recorded before the place is moved: what was sent and not recorded is sent again, and then recorded.</summary>
    private async Task SentAsync(WorkingConnection connection, List<Chosen> group, int done, CancellationToken cancellation)
    {
        await DisclosedAsync(connection, group.Select(statement => statement.Text), cancellation);
        await work.MovedAsync(connection, group[^1].Position, since: null, done, cancellation);
    }

    private Task DisclosedAsync(WorkingConnection connection, IEnumerable<StoredText> statements, CancellationToken cancellation)
    {
        string who = $"connection-{connection.Id:D}";
        return disclosures.RecordAsync(
            connection.Tenant,
            new LearnerRecordDisclosed(
                [.. statements.Select(statement => statement.LearnerId).Distinct()], Purpose.RecordKeeping, PurposeStated: false, who, who, "forwarding",
                connection.Lease.ToString("N"), clock.GetUtcNow()),
            inBackground: false,
            cancellation);
    }

    /// <summary>A fault tells at which statement it came about: should it be this one that breaks the other store, it can be skipped.</summary>
    private async Task<string?> DeliverAloneAsync(WorkingConnection connection, StoredText statement, CancellationToken cancellation)
    {
        try
        {
            return await DeliverAsync(connection, statement, cancellation);
        }
        catch (PeerException fault)
        {
            throw fault.With(statement.Id);
        }
    }

    /// <summary>As it goes out: what is attested is so here only.</summary>
    private static StoredText Plain(StoredText statement)
    {
        using var document = JsonDocument.Parse(statement.Json);
        return AttestedStatement.AsPlain(document.RootElement) is { } plain ? statement with { Json = JsonSerializer.SerializeToUtf8Bytes(plain, StatementJson.Readable) } : statement;
    }

    /// <returns>Why the other store refuses this statement; null when it has it.</returns>
    /// <exception cref="PeerException">It lies not in the statement.</exception>
    private async Task<string?> DeliverAsync(WorkingConnection connection, StoredText statement, CancellationToken cancellation)
    {
        var contents = HasAttachments(statement)
            ? await attachments.ReadAsync(connection.Tenant, [statement.Id], cancellation)
            : ImmutableDictionary<string, byte[]>.Empty;
        var answer = await peer.PostAsync(connection, () => contents.Count == 0 ? Json(connection, [statement]) : Mixed(connection, statement, contents), cancellation);
        if (answer.IsSuccess) return null;
        if (!LiesInTheStatement(answer.Status)) throw PeerException.Of(answer);
        return answer.Status == HttpStatusCode.Conflict && await IsThereAsync(connection, statement, cancellation) ? null : PeerException.StatusOf(answer.Status);
    }

    /// <summary>Some stores refuse a statement that they have; then it is as good as delivered, when it says the same.</summary>
    private async Task<bool> IsThereAsync(WorkingConnection connection, StoredText statement, CancellationToken cancellation)
    {
        foreach (string parameter in new[] { "statementId", "voidedStatementId" })
        {
            var answer = await peer.GetAsync(connection, new Uri($"{PeerStore.Address(connection)}?{parameter}={statement.Id:D}"), cancellation);
            if (!answer.IsSuccess) continue;
            var parsed = StatementJson.Parse(answer.Body);
            if (!parsed.IsAccepted) return false;
            using var theirs = parsed.Value;
            using var ours = JsonDocument.Parse(statement.Json);
            // They may have attested it themselves, or have it as attested from before.
            return StatementRules.Check(theirs.RootElement, XapiVersion.V200, attests: true) is null
                && StatementEquivalence.AreSame(ours.RootElement, AttestedStatement.AsPlain(theirs.RootElement) ?? theirs.RootElement);
        }
        return false;
    }

    private static bool LiesInTheStatement(HttpStatusCode status) => status
        is HttpStatusCode.BadRequest or HttpStatusCode.Conflict or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnsupportedMediaType or HttpStatusCode.UnprocessableEntity;

    private static ByteArrayContent Json(WorkingConnection connection, IReadOnlyList<StoredText> statements)
        => new(StatementBatch.Of(statements.Select(statement => statement.Json), connection.Settings.XapiVersion))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };

    private static MultipartContent Mixed(WorkingConnection connection, StoredText statement, IReadOnlyDictionary<string, byte[]> contents)
    {
        var types = MultipartAnswer.TypesOf([statement.Json]);
        var mixed = new MultipartContent("mixed") { Json(connection, [statement]) };
        foreach (var (sha2, content) in contents)
        {
            var part = new ByteArrayContent(content);
            part.Headers.TryAddWithoutValidation("Content-Type", types.GetValueOrDefault(sha2, "application/octet-stream"));
            part.Headers.TryAddWithoutValidation("Content-Transfer-Encoding", "binary");
            part.Headers.TryAddWithoutValidation("X-Experience-API-Hash", sha2);
            mixed.Add(part);
        }
        return mixed;
    }

    private static bool HasAttachments(StoredText statement)
    {
        using var document = JsonDocument.Parse(statement.Json);
        return AttachmentRules.Of(document.RootElement).Any();
    }

    private sealed record Chosen(long Position, StoredText Text);
}
