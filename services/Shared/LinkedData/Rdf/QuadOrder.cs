namespace Pathways.LinkedData.Rdf;

/// <summary>
/// The code point order of whole N-Quads lines, found term by term: no term goes on where another ends with its mark (&gt;, quote), and
/// the space after a term that is another's beginning sorts before anything that could follow there.
/// </summary>
internal sealed class QuadOrder : IComparer<Quad>
{
    public static QuadOrder Instance { get; } = new();

    public int Compare(Quad x, Quad y)
    {
        var order = CodePointOrder.Compare(x.Subject, y.Subject);
        if (order == 0)
            order = CodePointOrder.Compare(x.Predicate, y.Predicate);
        if (order == 0)
            order = CodePointOrder.Compare(x.Object, y.Object);
        return order != 0 ? order : CodePointOrder.Compare(x.Graph, y.Graph);
    }
}
