using System.Collections.Immutable;
using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Attesting;
using Pathways.LearningRecord.Domain.Xapi;
using Pathways.LearningRecord.Recording;

namespace Pathways.LearningRecord.Connecting;

/// <summary>What another store answers to a query of statements: a page of them, or one, with the content of their attachments.</summary>
/// <param name="Latest">The last time at which the other store has stored one of them.</param>
internal sealed record FetchedPage(JsonDocument Document, IReadOnlyList<NewStatement> Statements, DateTimeOffset? Latest, string? More) : IDisposable
{
    public const string TooLarge = "Its answer is larger than what is taken.";

    /// <exception cref="PeerException">It is neither.</exception>
    public static async Task<FetchedPage> ReadAsync(PeerAnswer answer, CancellationToken cancellation)
    {
        using var body = new MemoryStream(answer.Body, writable: false);
        var request = await RequestAsync(answer.ContentType, body, cancellation);
        if (!request.IsAccepted) throw NoPage();
        var parsed = StatementJson.Parse(request.Value.Json);
        if (!parsed.IsAccepted) throw NoPage();
        return Whole(parsed.Value, request.Value.Parts);
    }

    /// <summary>Without content of attachments; only what a statement is known by is looked at, however large it is.</summary>
    /// <exception cref="PeerException">It is no page.</exception>
    public static FetchedPage ReadList(PeerAnswer answer)
    {
        var parsed = StatementJson.Parse(answer.Body);
        return parsed.IsAccepted ? Whole(parsed.Value, ImmutableDictionary<string, byte[]>.Empty) : throw NoPage();
    }

    public void Dispose() => Document.Dispose();

    private static async Task<Result<StatementRequest>> RequestAsync(string? contentType, Stream body, CancellationToken cancellation)
    {
        try
        {
            return await StatementRequest.ReadAsync(contentType, body, cancellation);
        }
        catch (BadHttpRequestException)
        {
            throw new PeerException(TooLarge) { IsTooLarge = true };
        }
    }

    private static FetchedPage Whole(JsonDocument document, IReadOnlyDictionary<string, byte[]> parts)
    {
        try
        {
            return Read(document, parts);
        }
        catch (PeerException)
        {
            document.Dispose();
            throw;
        }
    }

    private static FetchedPage Read(JsonDocument document, IReadOnlyDictionary<string, byte[]> parts)
    {
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) throw NoPage();
        if (!root.TryGetProperty("statements", out var list)) return new FetchedPage(document, [Statement(root, parts)], Latest: null, More: null);
        if (list.ValueKind != JsonValueKind.Array) throw NoPage();
        string? more = root.TryGetProperty("more", out var next) && next.ValueKind == JsonValueKind.String ? next.GetString() : null;
        return new FetchedPage(
            document,
            [.. list.EnumerateArray().Select(statement => Statement(statement, parts)).DistinctBy(statement => statement.Id)],
            list.EnumerateArray().Select(Stored).Max(),
            more);
    }

    private static NewStatement Statement(JsonElement statement, IReadOnlyDictionary<string, byte[]> parts)
    {
        if (statement.ValueKind != JsonValueKind.Object || !statement.TryGetProperty("id", out var text) || text.ValueKind != JsonValueKind.String || !text.TryGetGuid(out var id))
            throw new PeerException("A statement of its answer has no id.");
        return new NewStatement(id, AttestedStatement.AsPlain(statement) ?? statement) { Parts = parts.Count == 0 ? parts : Mentioned(statement, parts) };
    }

    /// <summary>Wherever a hash stands in it: whether the attachments are well-formed is judged later.</summary>
    private static Dictionary<string, byte[]> Mentioned(JsonElement statement, IReadOnlyDictionary<string, byte[]> parts)
    {
        string text = statement.GetRawText();
        return parts.Where(part => text.Contains(part.Key, StringComparison.OrdinalIgnoreCase)).ToDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static DateTimeOffset? Stored(JsonElement statement)
        => statement.TryGetProperty("stored", out var stored) && stored.ValueKind == JsonValueKind.String && XapiTimestamp.TryParse(stored.GetString()!, out var instant)
            ? instant
            : null;

    private static PeerException NoPage() => new("Its answer is no page of statements.");
}
