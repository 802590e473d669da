using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.WebDefaults;

namespace Pathways.TransferRecognition.Agreements;

/// <summary>Proposed terms.</summary>
/// <param name="EffectiveUntil">Exclusive; open when absent.</param>
/// <param name="Clauses">In order of priority.</param>
/// <param name="ReceivingInstitution">The caller's; no other can propose under what terms it grants credit.</param>
public sealed record AgreementRequest(
    string Title, string SendingInstitution, DateTimeOffset EffectiveFrom, IReadOnlyList<Clause> Clauses,
    DateTimeOffset? EffectiveUntil = null, string? ReceivingInstitution = null);

/// <param name="TermsHash">What the signer has read.</param>
/// <param name="Institution">The receiving institution, where the id alone is not plain.</param>
public sealed record SignRequest(string TermsHash, string? Institution = null);

/// <param name="Concluded">Both have signed. After the sending party's signature it takes a moment.</param>
public sealed record SignAnswer(string AgreementId, string Institution, string SignedFor, string TermsHash, bool Concluded);

internal static class AgreementRoutes
{
    private static readonly TimeSpan Carrying = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly string[] Readers = [Scopes.Define, Scopes.Recognise, Scopes.Audit];

    public static void MapAgreements(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/transfer-recognition/agreements/{id}", DraftAsync).RequireScope(Scopes.Define)
            .WithSummary("Proposes the terms of the agreement's next version, as the receiving institution.").Produces<AgreementView>();
        routes.MapPost("/transfer-recognition/agreements/{id}/sign", SignAsync).RequireScope(Scopes.Define)
            .WithSummary("Signs the proposed terms for the caller's institution.").Produces<SignAnswer>();
        routes.MapGet("/transfer-recognition/agreements/{id}", GetAsync).RequireScope(Readers).Produces<AgreementView>();
        routes.MapGet("/transfer-recognition/agreements", ListAsync).RequireScope(Readers).Produces<Page<AgreementView>>().ReadsPage();
    }

    private static Task<IResult> DraftAsync(string id, AgreementRequest request, HttpContext http, CommandEndpoint command, TimeProvider clock)
    {
        string tenant = http.Caller().Tenant;
        // Times are compared and hashed: one instant has one form.
        var terms = new AgreementTerms(request.Title, request.SendingInstitution, request.ReceivingInstitution ?? tenant,
            request.EffectiveFrom.ToUniversalTime(), request.EffectiveUntil?.ToUniversalTime(), request.Clauses);
        return command.RunAsync(
            http,
            Agreement.StreamOf(id),
            Agreement.Decider,
            agreement => Agreement.Draft(agreement, id, tenant, terms, Json.CanonicalHash, clock.GetUtcNow()),
            (agreement, _) => AgreementView.Of(id, agreement.Proposal, [.. agreement.Signatures], [.. agreement.Versions]),
            inline: (work, agreement) => Show(work, tenant, id, agreement));
    }

    private static async Task<IResult> SignAsync(
        string id, SignRequest request, HttpContext http, CommandEndpoint command, IEventStore store, AgreementBook book, TimeProvider clock)
    {
        string tenant = http.Caller().Tenant;
        var sign = new SignAgreement(id, tenant, request.TermsHash, http.Caller().Actor);
        var found = await OneAsync(book, tenant, id, request.Institution, http.RequestAborted);
        if (!found.IsAccepted) return Problem.From(found.Rejection);
        if (found.Value.ReceivingInstitution == tenant)
        {
            return await command.RunAsync(
                http,
                Agreement.StreamOf(id),
                Agreement.Decider,
                agreement => Agreement.Sign(agreement, sign, clock.GetUtcNow()),
                (agreement, _) => new SignAnswer(id, tenant, tenant, request.TermsHash, agreement.Versions.Any(version => version.TermsHash == request.TermsHash)),
                inline: (work, agreement) => Show(work, tenant, id, agreement));
        }

        // The other party's streams are not ours to write: we sign in our own, and the agreement follows the log.
        string holder = found.Value.ReceivingInstitution;
        var answer = await command.CommitAsync(http, async cancellation =>
        {
            var proposed = await OneAsync(book, tenant, id, holder, cancellation);
            if (!proposed.IsAccepted) return proposed.Rejection;
            if (proposed.Value.Proposal is not { } proposal)
                return Rejection.Conflict("nothing-to-sign", "No terms are proposed now.", "Wait until the receiving institution proposes the next terms; reading the agreement tells.");
            string stream = GivenSignatures.StreamOf(holder, id);
            var given = await store.LoadAsync(tenant, stream, GivenSignatures.Decider, cancellation);
            var decision = GivenSignatures.Give(
                sign,
                new ProposedTerms(proposal.Terms.SendingInstitution, proposal.Terms.ReceivingInstitution, proposal.Version, proposal.TermsHash),
                clock.GetUtcNow());
            if (decision.Rejection is { } rejection) return rejection;
            var work = new UnitOfWork(http.EventContext());
            work.Append(stream, given.Version, decision.Events);
            return new PreparedCommand(work, new CommandAnswer(
                new SignAnswer(id, holder, tenant, request.TermsHash, Concluded: false), StatusCodes.Status202Accepted));
        });
        await SeeCarriedAsync(book, sign, holder, clock, http.RequestAborted);
        return answer;
    }

    /// <summary>Carrying the signature over takes moments; who goes on to use the agreement should find it there.</summary>
    private static async Task SeeCarriedAsync(
        AgreementBook book, SignAgreement sign, string holder, TimeProvider clock, CancellationToken cancellation)
    {
        long started = clock.GetTimestamp();
        while (clock.GetElapsedTime(started) < Carrying)
        {
            var seen = await book.FindAsync(sign.Institution, sign.AgreementId, holder, cancellation);
            bool waits = seen.Any(agreement => agreement.Proposal?.TermsHash == sign.TermsHash && !agreement.Signatures.Contains(sign.Institution));
            if (!waits) return;
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private static async Task<IResult> GetAsync(
        string id, HttpContext http, AgreementBook book, string? institution, CancellationToken cancellation)
    {
        var found = await OneAsync(book, http.Caller().Tenant, id, institution, cancellation);
        return found.IsAccepted ? TypedResults.Ok(found.Value) : Problem.From(found.Rejection);
    }

    private static async Task<IResult> ListAsync(HttpContext http, AgreementBook book, CancellationToken cancellation)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return Problem.From(page.Rejection);
        var items = await book.ListAsync(http.Caller().Tenant, page.Value.After ?? "", page.Value.Limit + 1, cancellation);
        return page.Value.Answer(http, items, item => $"{item.AgreementId}/{item.ReceivingInstitution}");
    }

    private static async Task<Result<AgreementView>> OneAsync(
        AgreementBook book, string tenant, string id, string? institution, CancellationToken cancellation)
    {
        var found = await book.FindAsync(tenant, id, institution, cancellation);
        if (found.Count == 0) return Rejection.NotFound("agreement-unknown", $"You are no party of an agreement '{id}'.", "List your agreements with GET /transfer-recognition/agreements.");
        if (found.Count > 1 && found[0].ReceivingInstitution != tenant)
        {
            return Rejection.Conflict("agreement-ambiguous", $"Several institutions have an agreement '{id}' with you.",
                $"Name the institution: {string.Join(", ", found.Select(agreement => agreement.ReceivingInstitution))}.");
        }

        return found[0];
    }

    private static void Show(UnitOfWork work, string tenant, string id, Agreement agreement)
    {
        if (work.Appends.Count == 0) return;
        foreach (var write in AgreementBook.Writes(tenant, id, agreement)) work.Write(write);
    }
}
