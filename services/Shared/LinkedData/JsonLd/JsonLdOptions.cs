namespace Pathways.LinkedData.JsonLd;

/// <summary>How a document is read.</summary>
public sealed record JsonLdOptions
{
    /// <summary>What relative addresses count against; null leaves them relative, and they drop out of the RDF.</summary>
    public string? Base { get; init; }

    public IContextSource Contexts { get; init; } = EmbeddedContexts.Instance;

    /// <summary>Refuse whatever JSON-LD would silently drop: unknown terms, relative addresses. Nothing unsigned may look signed.</summary>
    public bool Safe { get; init; } = true;

    /// <summary>A context applied before the document's own.</summary>
    public System.Text.Json.JsonElement? ExpandContext { get; init; }

    /// <summary>Refuse what JSON-LD 1.0 did not know.</summary>
    public bool Mode10 { get; init; }

    /// <summary><c>i18n-datatype</c>, <c>compound-literal</c>, or null: the direction of text is left out.</summary>
    public string? RdfDirection { get; init; }

    /// <summary>Let blank nodes stand as properties.</summary>
    public bool GeneralizedRdf { get; init; }
}
