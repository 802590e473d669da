using System.Text.Json.Nodes;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Statuses;
using Pathways.EventStore;
using Pathways.LinkedData;
using Pathways.WebDefaults.Outbound;

namespace Pathways.CredentialIssuance.Verifying;

/// <param name="Verified">Each check passed, here and in every part.</param>
/// <param name="Format">In what form it came: <c>json</c>, <c>jwt</c>, <c>png+json</c>, <c>ob2-hosted</c> …</param>
/// <param name="Parts">The credentials inside: those of a learner record or a presentation, and endorsements.</param>
public sealed record VerifyAnswer(
    bool Verified, string Format, string? CredentialId, string? Name, string? Issuer, IReadOnlyList<Check> Checks, IReadOnlyList<VerifyAnswer> Parts);

/// <summary>
/// Verifies a credential of any issuer in any form. Our own are answered for from the events too: they know of suspensions that
/// the one bit of a status list cannot tell.
/// </summary>
public sealed class VerificationDesk(
    IEventStore store, OwnKeys ownKeys, PublishedStatusLists ownLists, GuardedFetch guard, Addresses addresses, TimeProvider clock)
{
    /// <summary>All that one verification may take, foreign sites included.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Queue = TimeSpan.FromSeconds(5);

    /// <summary>It is open to all and costs processor time: so many at once, the others wait their turn or come back.</summary>
    private static readonly SemaphoreSlim Seats = new(4);

    /// <summary>Null when there are too many others just now.</summary>
    public async Task<VerifyAnswer?> VerifyAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        if (!await Seats.WaitAsync(Queue, cancellation)) return null;
        try
        {
            return await VerifyNowAsync(input, cancellation);
        }
        finally
        {
            Seats.Release();
        }
    }

    private async Task<VerifyAnswer> VerifyNowAsync(ReadOnlyMemory<byte> input, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        var documents = new ForeignDocuments(guard, ownLists, addresses);
        var resolver = new FirstOfResolvers(ownKeys, DidKey.Resolver, new ForeignKeys(documents));
        var verifier = new CredentialVerifier(resolver, documents, new VerificationOptions(clock.GetUtcNow()));
        try
        {
            return await AnswerAsync(await verifier.VerifyAsync(input, limit.Token), limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new VerifyAnswer(false, "unknown", null, null, null,
                [Check.Fail("time", $"It could not be verified within {Patience.TotalSeconds:0} s.", "Try again; a site that it refers to may be slow.")], []);
        }
    }

    private async Task<VerifyAnswer> AnswerAsync(CredentialVerification verification, CancellationToken cancellation)
    {
        var checks = new List<Check>(verification.Checks);
        string? id = Text(verification.Credential?["id"]);
        string? issuer = verification.Credential?["issuer"] is JsonObject profile ? Text(profile["id"]) : Text(verification.Credential?["issuer"]);
        if (await OwnStatusAsync(id, issuer, cancellation) is { } status) checks.Add(status);
        var parts = new List<VerifyAnswer>(verification.Parts.Count);
        foreach (var part in verification.Parts) parts.Add(await AnswerAsync(part, cancellation));
        bool verified = checks.Count > 0 && checks.TrueForAll(check => check.Passed) && parts.TrueForAll(part => part.Verified);
        return new VerifyAnswer(verified, verification.Format, id, Text(verification.Credential?["name"]), issuer, checks, parts);
    }

    /// <summary>Null for what claims to be of somebody else.</summary>
    private async Task<Check?> OwnStatusAsync(string? id, string? issuer, CancellationToken cancellation)
    {
        const string Name = "issuer-record";
        const string RecordSuffix = "/clr";
        bool isRecord = id?.EndsWith(RecordSuffix, StringComparison.Ordinal) == true;
        string? credentialIri = isRecord ? id![..^RecordSuffix.Length] : id;
        if (addresses.ParseCredential(credentialIri) is not { } own || addresses.Did(own.Tenant) != issuer) return null;

        var credential = (await store.LoadAsync(own.Tenant, Credential.StreamOf(own.Id), Credential.Decider, cancellation)).State;
        bool isKnown = credential.Issued is not null && (!isRecord
            || (await store.LoadAsync(own.Tenant, LearnerRecord.StreamOf(own.Id), LearnerRecord.Decider, cancellation)).State.Issued is not null);
        if (!isKnown) return Check.Fail(Name, "Its issuer has no record of having issued it.", "Do not rely on it: ask the issuer.");
        return credential.Status == CredentialStatus.Valid
            ? Check.Pass(Name, "it stands, by the issuer's own events")
            : Check.Fail(Name, $"{credential.Status.ToString().ToLowerInvariant()}{(credential.Reason is { } reason ? ": " + reason : "")}", "Do not rely on it; ask the issuer.");
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
