using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

[Flags]
internal enum Container
{
    None = 0,
    List = 1,
    Set = 2,
    Language = 4,
    Index = 8,
    Graph = 16,
    Id = 32,
    Type = 64,
}

/// <summary>What a context says of one term (JSON-LD 1.1 API, 4.2.1). A null mapping means that the term is to be ignored.</summary>
internal sealed class TermDefinition
{
    public string? Iri { get; set; }

    public bool IsPrefix { get; set; }

    public bool IsProtected { get; set; }

    public bool IsReverse { get; set; }

    public string? Type { get; set; }

    public Container Container { get; set; }

    public string? Index { get; set; }

    /// <summary>The scoped context; its address is where it was written, against which its relative addresses count.</summary>
    public JsonElement? Context { get; set; }

    public string? ContextBase { get; set; }

    /// <summary>Null overrides the context's default language; unset leaves it.</summary>
    public (bool IsSet, string? Value) Language { get; set; }

    public (bool IsSet, string? Value) Direction { get; set; }

    public string? Nest { get; set; }

    public bool Has(Container container) => (Container & container) != Container.None;

    /// <summary>Equal in everything but protection: a protected term may be defined again as the same.</summary>
    public bool SaysTheSameAs(TermDefinition other)
        => Iri == other.Iri && IsPrefix == other.IsPrefix && IsReverse == other.IsReverse && Type == other.Type
            && Container == other.Container && Index == other.Index && Language == other.Language && Direction == other.Direction
            && Nest == other.Nest && SameContext(Context, other.Context);

    private static bool SameContext(JsonElement? one, JsonElement? other)
        => one is { } left && other is { } right ? JsonElement.DeepEquals(left, right) : one is null && other is null;
}
