using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Net.Http.Headers;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Portfolio;
using Pathways.LearningRecord.Recording;
using Pathways.WebDefaults;

namespace Pathways.LearningRecord.Portfolio;

/// <summary>A learner's portfolio: files and links, and the records that they support.</summary>
internal static class EvidenceRoutes
{
    private const string Path = "/learning-record/learners/{learnerId}/evidence";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path + "/files", AddFileAsync).RequireScope(Scopes.Learners).AllowBody(EvidenceUpload.LargestBody)
            .WithName("AddEvidenceFile").WithSummary("Add a file of at most 10 MiB, as multipart/form-data: metadata (JSON) and file. The same content again is the same evidence.")
            .Produces<EvidenceAddedView>(StatusCodes.Status201Created);
        routes.MapPost(Path + "/links", AddLinkAsync).RequireScope(Scopes.Learners)
            .WithName("AddEvidenceLink").WithSummary("Add a link. It is kept, and never followed.").Produces<EvidenceAddedView>(StatusCodes.Status201Created);
        routes.MapGet(Path, ListAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping)
            .WithName("ListEvidence").WithSummary("A learner's evidence; with ?record= what supports a record.").Produces<Page<EvidenceView>>().ReadsPage();
        routes.MapGet(Path + "/{id}", GetAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping)
            .WithName("GetEvidence").WithSummary("One piece of evidence.").Produces<EvidenceView>();
        routes.MapGet(Path + "/{id}/content", GetContentAsync).RequireScope(Scopes.Learners).RecordsDisclosure(Purpose.RecordKeeping)
            .WithName("GetEvidenceContent").WithSummary("A file's content, to be saved and not to be shown in place.").Produces<byte[]>(contentType: "application/octet-stream");
        routes.MapPut(Path + "/{id}/records/{recordId:guid}", LinkAsync).RequireScope(Scopes.Learners)
            .WithName("LinkEvidence").WithSummary("It supports this record of the learner.").Produces(204);
        routes.MapDelete(Path + "/{id}/records/{recordId:guid}", UnlinkAsync).RequireScope(Scopes.Learners)
            .WithName("UnlinkEvidence").WithSummary("It does not support this record any more.").Produces(204);
        routes.MapDelete(Path + "/{id}", DeleteAsync).RequireScope(Scopes.Learners).WithName("DeleteEvidence").WithSummary("Delete it with its content.").Produces(204);
    }

    private static async Task<IResult> AddFileAsync(string learnerId, HttpContext http, EvidenceTable table, IPersonalData personalData, Pseudonyms pseudonyms, CommandEndpoint commands)
    {
        var upload = await EvidenceUpload.ReadAsync(http.Request, http.RequestAborted);
        if (!upload.IsAccepted) return upload.Rejection.ToProblem();
        var (metadata, name, type, content) = upload.Value;
        var text = new EvidenceText(metadata.Title, metadata.Description, Convert.ToHexStringLower(SHA256.HashData(content)), name, type);
        return await AddAsync(learnerId, text, metadata.Records ?? [], content, http, table, personalData, pseudonyms, commands);
    }

    private static Task<IResult> AddLinkAsync(
        string learnerId, AddEvidenceLink request, HttpContext http, EvidenceTable table, IPersonalData personalData, Pseudonyms pseudonyms, CommandEndpoint commands)
    {
        var text = new EvidenceText(request.Title, request.Description, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(request.Url))), Url: request.Url);
        return AddAsync(learnerId, text, request.Records ?? [], content: null, http, table, personalData, pseudonyms, commands);
    }

    private static async Task<IResult> AddAsync(
        string learnerId, EvidenceText text, IReadOnlyList<Guid> records, byte[]? content,
        HttpContext http, EvidenceTable table, IPersonalData personalData, Pseudonyms pseudonyms, CommandEndpoint commands)
    {
        string tenant = http.Caller().Tenant;
        if (!Pseudonyms.IsLearnerId(learnerId)) return Rejection.Invalid("evidence-invalid", "This is no learner's id.", "Take the learnerId that learning-record gives: POST /learning-record/learners/lookup.", "learnerId").ToProblem();
        if (text.Check() is { } refusal) return refusal.ToProblem();
        if (await UnknownRecordAsync(tenant, learnerId, records, table, http.RequestAborted) is { } unknown) return unknown.ToProblem();
        string kind = content is null ? Evidence.Link : Evidence.File;
        string id = pseudonyms.Name(tenant, $"evidence\n{learnerId}\n{kind}\n{text.Sha256}");
        var keys = await personalData.OpenAsync(tenant, [learnerId], http.RequestAborted);
        var added = new EvidenceAdded(
            id, learnerId, kind, content?.Length ?? 0, keys.Protect(learnerId, EvidenceTable.TextOf(id), JsonSerializer.SerializeToUtf8Bytes(text)), [.. records]);
        bool isNew = false;
        return await commands.RunAsync(
            http, Evidence.Stream(id), Evidence.Decider,
            state =>
            {
                var decision = Evidence.Add(state, added);
                isNew = decision.Events.Length > 0;
                return decision;
            },
            (_, _) => new EvidenceAddedView(id, text.Sha256),
            StatusCodes.Status201Created,
            (work, state) =>
            {
                if (isNew) Keep(work, added with { Records = [.. state.Records] }, keys, content);
            },
            $"/learning-record/learners/{learnerId}/evidence/{id}");
    }

    private static void Keep(UnitOfWork work, EvidenceAdded added, ISubjectKeys keys, byte[]? content)
    {
        work.Write(keys.Hold([added.LearnerId]));
        work.Write(EvidenceTable.Add(
            work.Context.Tenant, added, content is null ? null : keys.Protect(added.LearnerId, EvidenceTable.ContentOf(added.EvidenceId), content)));
    }

    private static async Task<IResult> ListAsync(string learnerId, HttpContext http, EvidenceTable table, Guid? record)
    {
        var page = PageRequest.From(http.Request);
        if (!page.IsAccepted) return page.Rejection.ToProblem();
        var found = await table.ListAsync(http.Caller().Tenant, learnerId, record, page.Value.After, page.Value.Limit + 1, http.RequestAborted);
        http.Disclose(found.Select(view => view.LearnerId));
        return page.Value.Answer(http, found, view => view.Id);
    }

    private static async Task<IResult> GetAsync(string learnerId, string id, HttpContext http, EvidenceTable table, EventStore.IEventStore store)
    {
        if (await table.FindAsync(http.Caller().Tenant, learnerId, id, http.RequestAborted) is not { } view) return Evidence.Unknown(id).ToProblem();
        http.Disclose([learnerId]);
        http.Response.Headers.ETag = ETags.Of(await store.VersionAsync(http.Caller().Tenant, Evidence.Stream(id), http.RequestAborted));
        return TypedResults.Ok(view);
    }

    private static async Task<IResult> GetContentAsync(string learnerId, string id, HttpContext http, EvidenceTable table)
    {
        string tenant = http.Caller().Tenant;
        if (await table.FindAsync(tenant, learnerId, id, http.RequestAborted) is not { Kind: Evidence.File } view
            || await table.ContentAsync(tenant, learnerId, id, http.RequestAborted) is not { } content) return Evidence.Unknown(id).ToProblem();
        http.Disclose([learnerId]);
        // Whatever it holds, a browser saves it and runs nothing of it.
        http.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Bytes(content, view.ContentType, view.FileName, entityTag: new EntityTagHeaderValue($"\"{view.Sha256}\""));
    }

    private static async Task<IResult> LinkAsync(string learnerId, string id, Guid recordId, HttpContext http, EvidenceTable table, CommandEndpoint commands)
    {
        if (await UnknownRecordAsync(http.Caller().Tenant, learnerId, [recordId], table, http.RequestAborted) is { } unknown) return unknown.ToProblem();
        return await RecordsAsync(id, http, commands, state => Evidence.Support(state, id, learnerId, recordId));
    }

    private static Task<IResult> UnlinkAsync(string learnerId, string id, Guid recordId, HttpContext http, CommandEndpoint commands)
        => RecordsAsync(id, http, commands, state => Evidence.SupportNoMore(state, id, learnerId, recordId));

    private static Task<IResult> RecordsAsync(string id, HttpContext http, CommandEndpoint commands, Func<EvidenceState, Decision> decide) => commands.RunAsync(
        http, Evidence.Stream(id), Evidence.Decider, decide, (_, _) => null, StatusCodes.Status204NoContent,
        (work, state) => work.Write(EvidenceTable.Link(http.Caller().Tenant, id, state.Records)));

    private static Task<IResult> DeleteAsync(string learnerId, string id, HttpContext http, CommandEndpoint commands) => commands.RunAsync(
        http, Evidence.Stream(id), Evidence.Decider, state => Evidence.Delete(state, id, learnerId, "deleted"), (_, _) => null, StatusCodes.Status204NoContent,
        (work, _) => work.Write(EvidenceTable.Remove(http.Caller().Tenant, id)));

    private static async Task<Rejection?> UnknownRecordAsync(string tenant, string learnerId, IReadOnlyList<Guid> records, EvidenceTable table, CancellationToken cancellation)
    {
        if (records.Count is 0 or > Evidence.MostRecords) return null;
        var known = await table.RecordsAsync(tenant, learnerId, records, cancellation);
        return records.Where(record => !known.Contains(record)).ToList() is [var missing, ..]
            ? Rejection.Invalid("evidence-record-unknown", $"The learner has no record {missing}.", "Name records of this learner: GET /learning-record/attestations, or statements of theirs.", "/records")
            : null;
    }
}

public sealed record AddEvidenceLink(string Title, string Url, string? Description = null, IReadOnlyList<Guid>? Records = null);

/// <param name="Id">The same for the same content of the same learner.</param>
public sealed record EvidenceAddedView(string Id, string Sha256);
