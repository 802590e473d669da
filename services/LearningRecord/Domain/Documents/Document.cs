using Pathways.Kernel;

namespace Pathways.LearningRecord.Domain.Documents;

/// <summary>A version of a document (activity state, agent profile, activity profile). What it holds and what it is called is only in <paramref name="Text"/>, as ciphertext.</summary>
/// <param name="Subject">Whose key it is encrypted under: the learner; of an activity's profile a key of the tenant's own.</param>
/// <param name="ETag">SHA-1 of the content, hexadecimal: what the standard prescribes (1.0.3, Communication 3.1).</param>
public sealed record DocumentStored(string Kind, string Subject, string ETag, string Text);

public sealed record DocumentDeleted(string Subject);

/// <param name="ETag">Null while there is no document.</param>
public sealed record DocumentState(string? ETag, string? ContentType)
{
    public static DocumentState None { get; } = new(ETag: null, ContentType: null);

    public bool Exists => ETag is not null;

    public bool IsJson => DocumentContent.IsJson(ContentType);
}

/// <summary>The preconditions of a request (RFC 9110, section 13.1), tags without their quotes; null where the header is absent.</summary>
public sealed record Preconditions(IReadOnlyList<string>? IfMatch, IReadOnlyList<string>? IfNoneMatch)
{
    public const string Code = "document-precondition-failed";

    public bool AreNone => IfMatch is null && IfNoneMatch is null;

    public Rejection? Check(DocumentState state)
    {
        if (IfMatch is { } wanted && !Matches(wanted, state))
        {
            return state.Exists
                ? Rejection.Conflict(Code, "The document has changed: its ETag is not the one in If-Match.", "Read it again, and repeat with its ETag.")
                : Rejection.Conflict(Code, "There is no document that If-Match could match.", "Send If-None-Match: * to make it.");
        }
        if (IfNoneMatch is { } unwanted && Matches(unwanted, state))
            return Rejection.Conflict(Code, "There is a document that If-None-Match excludes.", "Read it, and replace it with its ETag as If-Match.");
        return null;
    }

    private static bool Matches(IReadOnlyList<string> tags, DocumentState state) => state.Exists && (tags.Contains("*") || tags.Contains(state.ETag));
}

/// <summary>What may be done with a document (xAPI 2.0, sections 4.1.4 and 4.1.6).</summary>
public static class DocumentRules
{
    /// <param name="mustBeConditional">A document that exists is overwritten only by a request that says which version it has seen.</param>
    /// <param name="mustAlwaysBeConditional">Even a document that does not exist needs a header (profiles in 1.0.3).</param>
    public static Rejection? Put(DocumentState state, Preconditions preconditions, bool mustBeConditional, bool mustAlwaysBeConditional)
    {
        if (preconditions.Check(state) is { } failed) return failed;
        if (!preconditions.AreNone) return null;
        if (state.Exists && mustBeConditional)
        {
            return Rejection.Conflict(
                "document-exists", "The document exists, and the request does not say which version it replaces.", "Read it, and send its ETag as If-Match.");
        }
        return mustAlwaysBeConditional ? Rejection.Invalid("precondition-required", "A profile is put with If-Match or If-None-Match.", "Send If-None-Match: * when it is new, and its ETag as If-Match when it replaces one.", "If-Match") : null;
    }

    /// <summary>A document that exists is merged with, which only two JSON objects can be.</summary>
    public static Rejection? Post(DocumentState state, Preconditions preconditions, string? contentType, bool isObject)
    {
        if (preconditions.Check(state) is { } failed) return failed;
        if (DocumentContent.IsJson(contentType) && !isObject)
            return Rejection.Invalid("document-not-mergeable", "A document that is posted as application/json must be a JSON object.", "Send an object, or another Content-Type.");
        if (state.Exists && (!state.IsJson || !DocumentContent.IsJson(contentType)))
            return Rejection.Invalid("document-not-mergeable", "Documents are merged only when both are application/json.", "Replace it with PUT.");
        return null;
    }
}
