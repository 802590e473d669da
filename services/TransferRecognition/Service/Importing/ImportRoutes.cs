using Pathways.Kernel;
using Pathways.EventStore.Appending;
using Pathways.EventStore;
using Pathways.TransferRecognition.Domain.Importing;
using Pathways.WebDefaults;

namespace Pathways.TransferRecognition.Importing;

internal static class ImportRoutes
{
    public static void MapImports(this IEndpointRouteBuilder routes)
        => routes.MapPost("/transfer-recognition/import/transfer-value", ImportAsync).RequireScope(Scopes.Define)
            .WithSummary("Reads a CTDL TransferValueProfile, as it is published, into clauses to propose. Keeps the document.")
            .Produces<TransferValueImport>();

    private static async Task<IResult> ImportAsync(HttpContext http, CommandEndpoint command, IEventStore store, TimeProvider clock)
    {
        // The bytes as they came: their hash is what the clauses refer to.
        using var body = new StreamReader(http.Request.Body);
        string document = await body.ReadToEndAsync(http.RequestAborted);
        return await command.CommitAsync(http, async cancellation =>
        {
            var import = TransferValueProfiles.Read(document);
            if (!import.IsAccepted) return import.Rejection;
            string stream = ImportedDocument.StreamOf(import.Value.Sha256);
            var known = await store.LoadAsync(http.Caller().Tenant, stream, ImportedDocument.Decider, cancellation);
            var decision = ImportedDocument.Keep(known.State, import.Value, document, clock.GetUtcNow());
            var work = new UnitOfWork(http.EventContext());
            work.Append(stream, known.Version, decision.Events);
            return new PreparedCommand(work, new CommandAnswer(import.Value));
        });
    }
}
