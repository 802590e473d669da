using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Api;

/// <summary>The statements of a request's body: read, checked, each with its id.</summary>
internal static class StatementBody
{
    /// <summary>A batch holds at most as many; a larger one is refused whole.</summary>
    public const int LargestBatch = 1000;

    /// <param name="id">The id that the address gives; then the body is one statement.</param>
    public static Result<IReadOnlyList<NewStatement>> Read(JsonElement body, XapiVersion version, Guid? id)
    {
        if (id is null && body.ValueKind == JsonValueKind.Array) return Batch(body, version);
        if (body.ValueKind != JsonValueKind.Object)
            return StatementRules.Breach(id is null ? "The body must be a statement or a list of statements." : "The body must be one statement.");
        var statement = One(body, version, id);
        return statement.IsAccepted ? new[] { statement.Value } : statement.Rejection;
    }

    private static Result<IReadOnlyList<NewStatement>> Batch(JsonElement body, XapiVersion version)
    {
        int count = body.GetArrayLength();
        if (count == 0) return StatementRules.Breach("The list holds no statement.");
        if (count > LargestBatch)
            return Rejection.Invalid("batch-too-large", $"The list holds {count} statements; at most {LargestBatch} are taken at once.", "Send several smaller lists.");
        var statements = new List<NewStatement>(count);
        var ids = new HashSet<Guid>(count);
        foreach (var item in body.EnumerateArray())
        {
            int index = statements.Count;
            var statement = One(item, version, id: null);
            if (!statement.IsAccepted)
            {
                var breach = statement.Rejection;
                return breach with { Message = $"Statement {index}: {breach.Message}", Place = $"/{index}{breach.Place}" };
            }
            if (!ids.Add(statement.Value.Id))
                return StatementRules.Breach($"Statement {index}: another statement of the list has the same id.", $"/{index}/id");
            statements.Add(statement.Value);
        }
        return statements;
    }

    private static Result<NewStatement> One(JsonElement statement, XapiVersion version, Guid? id)
    {
        if (StatementRules.Check(statement, version) is { } breach) return breach;
        Guid? own = statement.TryGetProperty("id", out var text) ? text.GetGuid() : null;
        if (id is not null && own is not null && own != id)
            return StatementRules.Breach("The statement's id is not the one that the address gives.", "/id");
        return new NewStatement(id ?? own ?? Guid.CreateVersion7(), statement);
    }
}
