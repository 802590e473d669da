using System.Text.Json;
using Pathways.EventStore;
using Pathways.Kernel;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Importing;

/// <summary>
/// Statements from elsewhere, in lots of any mixture: each is stored, was there already, or is refused by itself. Started
/// again with the same ones it stores nothing twice.
/// </summary>
internal sealed class StatementIntake(Recorder recorder)
{
    private static readonly Dictionary<string, byte[]> NoParts = [];

    /// <summary>At most as many go into one transaction.</summary>
    public const int Lot = 1000;

    /// <returns>An outcome for each, in their order; or why none of them could be stored now.</returns>
    public async Task<Result<IReadOnlyList<IntakeOutcome>>> TakeAsync(
        EventContext context, Client client, IReadOnlyList<JsonElement> statements, CancellationToken cancellation)
    {
        var outcomes = new IntakeOutcome[statements.Count];
        var firsts = new Dictionary<Guid, int>();
        for (int i = 0; i < statements.Count; i++) outcomes[i] = Check(statements, i, firsts);
        foreach (var lot in firsts.Chunk(Lot))
        {
            var news = lot.Select(first => new NewStatement(first.Key, statements[first.Value])).ToList();
            var recorded = await recorder.RecordEachAsync(context, client, news, XapiVersion.V200, cancellation);
            if (!recorded.IsAccepted) return recorded.Rejection;
            foreach (var added in recorded.Value.Added) outcomes[firsts[added.Id]] = new IntakeOutcome(added.Id, IntakeResult.Stored);
            foreach (var other in recorded.Value.Conflicting) outcomes[firsts[other.Id]] = IntakeOutcome.Refused(other.Id, Recorder.ConflictOf(other.Id) with { Place = "/id" });
        }
        // What is in the list twice fares as the first of the two.
        for (int i = 0; i < outcomes.Length; i++)
        {
            if (outcomes[i] is { Result: IntakeResult.Already, Id: { } id } && outcomes[firsts[id]].Result == IntakeResult.Refused) outcomes[i] = outcomes[firsts[id]];
        }
        return outcomes;
    }

    /// <summary>Refused, or there already because the same list has it before; otherwise it is among the <paramref name="firsts"/>.</summary>
    private static IntakeOutcome Check(IReadOnlyList<JsonElement> statements, int index, Dictionary<Guid, int> firsts)
    {
        var statement = statements[index];
        if (StatementRules.Check(statement, XapiVersion.V200) is { } breach) return IntakeOutcome.Refused(IdOf(statement), breach);
        if (AttachmentRules.Check([new NewStatement(Guid.Empty, statement)], NoParts) is { } missing) return IntakeOutcome.Refused(IdOf(statement), missing);
        // Without an id it would be stored again by every repetition; whoever can't repeat need not care.
        var id = IdOf(statement) ?? Guid.CreateVersion7();
        if (firsts.TryAdd(id, index) || StatementEquivalence.AreSame(statement, statements[firsts[id]])) return new IntakeOutcome(id, IntakeResult.Already);
        return IntakeOutcome.Refused(id, Rejection.Invalid("statement-id-conflict", "Another statement of the list has the same id and says something else.", "Leave one of the two out, or give it an id of its own.", "/id"));
    }

    private static Guid? IdOf(JsonElement statement)
        => statement.ValueKind == JsonValueKind.Object && statement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String && Uuid.TryParse(id.GetString()!, out var value) ? value : null;
}

public enum IntakeResult
{
    Stored,

    /// <summary>Stored before, and it says the same.</summary>
    Already,

    Refused,
}

/// <param name="Rejection">Why it was refused; its place is within the statement.</param>
internal sealed record IntakeOutcome(Guid? Id, IntakeResult Result, Rejection? Rejection = null)
{
    public static IntakeOutcome Refused(Guid? id, Rejection rejection) => new(id, IntakeResult.Refused, rejection);
}
