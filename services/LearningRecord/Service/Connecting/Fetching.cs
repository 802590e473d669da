using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Attesting;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Reading;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Connecting;

/// <summary>
/// A turn of what comes in: what the other store has stored since, page by page, with attachments. Statements keep their ids,
/// so one that comes again changes nothing and a turn may be broken off anywhere; one that was erased or deleted here does not
/// come back. Their authority is the connection: it is what this store can vouch for. What can't be stored is put aside.
/// </summary>
internal sealed class Fetching(PeerStore peer, Recorder recorder, StatementTable table, ConnectionWork work, TimeProvider clock)
{
    private const int AtOnce = 100;
    private const int MostRetried = 50;

    // A page that was read is asked for again from just before its end: statements of a batch share their time.
    private static readonly TimeSpan SameTime = TimeSpan.FromMilliseconds(1);

    // What a store may still commit before what it has shown, when it does not say how far its answer is whole.
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    /// <summary>
    /// To the last page; a long turn ends before, but only where the next one goes on further: pages beyond the time up to which the
    /// other store vouches for its answer do not move <c>since</c>, and a turn that ended among them would begin there again, for ever.
    /// </summary>
    /// <returns>Whether there is more at once.</returns>
    public async Task<bool> TurnAsync(WorkingConnection connection, CancellationToken cancellation)
    {
        await RetryAsync(connection, cancellation);
        long started = clock.GetTimestamp();
        var since = connection.Since;
        var read = new HashSet<Uri>();
        // Less at once after a failure: it may have been too much for the other store.
        Uri? address = First(connection, connection.Attempts == 0 ? AtOnce : 1);
        while (address is not null)
        {
            if (!read.Add(address)) throw new PeerException("Its 'more' leads back to a page that was read.");
            PeerAnswer answer;
            FetchedPage whole;
            try
            {
                answer = await AnswerAsync(connection, address, cancellation);
                whole = await FetchedPage.ReadAsync(answer, cancellation);
            }
            catch (PeerException fault) when (fault.IsTooLarge)
            {
                return await PassAsync(connection with { Since = since }, started, cancellation);
            }
            using var page = whole;
            int added = await StoreAsync(connection, page, cancellation);
            since = Later(since, page.Latest is { } latest ? Whole(latest, answer.ConsistentThrough) : null);
            await work.MovedAsync(connection, position: null, since, added, cancellation);
            address = Next(connection, page.More);
            if (address is not null && since != connection.Since && clock.GetElapsedTime(started) > ConnectionsService.LongestTurn) return true;
        }
        return false;
    }

    /// <summary>
    /// By way of what is too large. What there is is listed one by one and without content, and each is fetched by its id: so it is known
    /// which one is too large even alone. It is put aside, and holds up nothing; a page's worth later whole pages are asked for again.
    /// </summary>
    /// <returns>Whether there is more at once.</returns>
    private async Task<bool> PassAsync(WorkingConnection connection, long started, CancellationToken cancellation)
    {
        var since = connection.Since;
        var read = new HashSet<Uri>();
        Uri? address = First(connection, limit: 1, attachments: false);
        while (address is not null)
        {
            if (!read.Add(address)) throw new PeerException("Its 'more' leads back to a page that was read.");
            var asked = clock.GetUtcNow();
            var answer = await AnswerAsync(connection, address, cancellation);
            using var page = FetchedPage.ReadList(answer);
            int added = 0;
            foreach (var statement in page.Statements) added += await FetchUnlessThereAsync(connection, statement.Id, cancellation);
            address = Next(connection, page.More);
            if (page.Latest is { } latest)
            {
                // All was listed, and nothing can come before any more, as the other store says or else our clock: were it asked for
                // again, what is too large would be loaded again in every turn.
                bool isPassed = address is null && (answer.ConsistentThrough ?? asked - Late) > latest + SameTime;
                since = Later(since, isPassed ? latest + SameTime : Whole(latest, answer.ConsistentThrough));
            }
            await work.MovedAsync(connection, position: null, since, added, cancellation);
            bool isLong = read.Count >= AtOnce || clock.GetElapsedTime(started) > ConnectionsService.LongestTurn;
            if (address is not null && since != connection.Since && isLong) return true;
        }
        return false;
    }

    private async Task<int> FetchUnlessThereAsync(WorkingConnection connection, Guid id, CancellationToken cancellation)
    {
        bool isThere = (await table.TextsAsync(connection.Tenant, [id], cancellation)).Count > 0 || (await work.AsideAsync(connection, [id], cancellation)).Count > 0;
        return isThere ? 0 : await FetchOrPutAsideAsync(connection, id, cancellation) ?? 0;
    }

    /// <returns>How many were new; null when it was put aside.</returns>
    private async Task<int?> FetchOrPutAsideAsync(WorkingConnection connection, Guid id, CancellationToken cancellation)
    {
        try
        {
            return await FetchAloneAsync(connection, id, cancellation);
        }
        catch (PeerException fault) when (fault.IsTooLarge)
        {
            await work.BuryAsync(connection, id, FetchedPage.TooLarge, cancellation);
            return null;
        }
        catch (PeerException fault)
        {
            throw fault.With(id);
        }
    }

    private async Task<PeerAnswer> AnswerAsync(WorkingConnection connection, Uri address, CancellationToken cancellation)
    {
        var answer = await peer.GetAsync(connection, address, cancellation);
        return answer.IsSuccess ? answer : throw PeerException.Of(answer);
    }

    private static DateTimeOffset Whole(DateTimeOffset latest, DateTimeOffset? through)
        => through is null ? latest - Late : through < latest ? through.Value : latest;

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other ?? one : one;

    private static Uri First(WorkingConnection connection, int limit, bool attachments = true)
    {
        var filter = connection.Settings.Filter;
        var query = new Dictionary<string, string?> { ["ascending"] = "true", ["attachments"] = attachments ? "true" : "false", ["limit"] = limit.ToString(CultureInfo.InvariantCulture) };
        if (connection.Since is { } since) query["since"] = XapiTimestamp.Format(since - SameTime);
        if (filter.Verbs is [var verb]) query["verb"] = verb;
        if (filter.Activities is [var activity]) query["activity"] = activity;
        if (filter.RelatedActivities) query["related_activities"] = "true";
        return new Uri(QueryHelpers.AddQueryString(PeerStore.Address(connection).ToString(), query));
    }

    /// <summary>At the same origin: what the other store answers must not lead our credentials elsewhere.</summary>
    private static Uri? Next(WorkingConnection connection, string? more)
    {
        if (string.IsNullOrEmpty(more)) return null;
        var endpoint = PeerStore.Address(connection);
        return Uri.TryCreate(endpoint, more, out var next) && next.GetLeftPart(UriPartial.Authority) == endpoint.GetLeftPart(UriPartial.Authority)
            ? next
            : throw new PeerException("Its 'more' leads to another host.");
    }

    /// <returns>How many were new.</returns>
    private async Task<int> StoreAsync(WorkingConnection connection, FetchedPage page, CancellationToken cancellation)
    {
        var version = XapiVersions.Parse(connection.Settings.XapiVersion)!.Value;
        var fresh = new List<NewStatement>();
        foreach (var statement in page.Statements)
        {
            if (Refusal(statement) is { } refused) await work.BuryAsync(connection, statement.Id, refused, cancellation);
            else fresh.Add(statement);
        }
        var known = (await table.TextsAsync(connection.Tenant, fresh.ConvertAll(statement => statement.Id), cancellation)).ToDictionary(text => text.Id);
        foreach (var statement in fresh.Where(statement => known.ContainsKey(statement.Id)))
        {
            using var ours = JsonDocument.Parse(known[statement.Id].Json);
            // What was attested here went out as a plain statement, and comes back as one.
            if (!StatementEquivalence.AreSame(statement.Json, AttestedStatement.AsPlain(ours.RootElement) ?? ours.RootElement)) await work.BuryAsync(connection, statement.Id, "statement-id-conflict", cancellation);
        }
        fresh.RemoveAll(statement => known.ContainsKey(statement.Id));
        if (fresh.Count == 0 || await RecordAsync(connection, fresh, version, cancellation) is null) return fresh.Count;

        int added = 0;
        foreach (var statement in fresh)
        {
            var rejection = await RecordAsync(connection, [statement], version, cancellation);
            if (rejection is null) added++;
            // It was not there to be read and its id is taken: it was erased or deleted here, and stays so.
            else if (rejection.Code != "statement-id-conflict") throw new InvalidOperationException($"{rejection.Code}: {rejection.Message}");
        }
        return added;
    }

    private Task<Rejection?> RecordAsync(WorkingConnection connection, List<NewStatement> statements, XapiVersion version, CancellationToken cancellation)
    {
        var context = new EventContext(connection.Tenant, $"connection-{connection.Id:D}", connection.Lease.ToString("N"));
        var authority = JsonSerializer.SerializeToElement(new
        {
            objectType = "Agent",
            name = connection.Settings.Name,
            account = new { homePage = connection.Settings.Endpoint, name = context.Actor },
        });
        return recorder.RecordAsync(context, new Client(context.Actor, authority, Defines: false), statements, version, cancellation);
    }

    /// <summary>By its own version: a store of 2.0 returns what it took as 1.0.3 as such.</summary>
    private static string? Refusal(NewStatement statement)
    {
        var version = statement.Json.TryGetProperty("version", out var stated) && stated.ValueKind == JsonValueKind.String
            ? XapiVersions.Parse(stated.GetString())
            : null;
        var breach = StatementRules.Check(statement.Json, version ?? XapiVersion.V200) ?? AttachmentRules.Check([statement], statement.Parts);
        return breach is null ? null : $"{breach.Code} at {breach.Place}";
    }

    private async Task RetryAsync(WorkingConnection connection, CancellationToken cancellation)
    {
        foreach (var id in await work.ToRetryAsync(connection, MostRetried, cancellation))
        {
            int? added = await FetchOrPutAsideAsync(connection, id, cancellation);
            // Last, so that nothing in between loses it; what was put aside again stays there.
            await work.RaiseAsync(connection, id, cancellation);
            await work.MovedAsync(connection, position: null, since: null, added ?? 0, cancellation);
        }
    }

    private async Task<int> FetchAloneAsync(WorkingConnection connection, Guid id, CancellationToken cancellation)
    {
        var answer = await peer.GetAsync(connection, new Uri($"{PeerStore.Address(connection)}?statementId={id:D}&attachments=true"), cancellation);
        if (answer.Status == HttpStatusCode.NotFound) return 0;
        if (!answer.IsSuccess) throw PeerException.Of(answer);
        using var page = await FetchedPage.ReadAsync(answer, cancellation);
        if (page.Statements is not [var statement] || statement.Id != id) throw new PeerException("Its answer is another statement.");
        return await StoreAsync(connection, page, cancellation);
    }
}
