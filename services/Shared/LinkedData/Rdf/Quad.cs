namespace Pathways.LinkedData.Rdf;

/// <summary>
/// One statement. Its terms are tokens of canonical N-Quads: <c>&lt;iri&gt;</c>, <c>_:label</c>, <c>"literal"^^&lt;type&gt;</c>.
/// </summary>
/// <param name="Graph">Empty for the default graph.</param>
public readonly record struct Quad(string Subject, string Predicate, string Object, string Graph)
{
    public override string ToString()
        => Graph.Length == 0 ? $"{Subject} {Predicate} {Object} ." : $"{Subject} {Predicate} {Object} {Graph} .";

    internal static bool IsBlank(string token) => token.Length > 0 && token[0] == '_';
}
