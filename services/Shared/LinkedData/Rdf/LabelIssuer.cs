using System.Globalization;

namespace Pathways.LinkedData.Rdf;

/// <summary>Issue Identifier Algorithm (RDFC-1.0, 4.5): new labels in the order they are asked for.</summary>
internal sealed class LabelIssuer
{
    private readonly string prefix;
    private readonly Dictionary<string, string> issued;
    private readonly List<string> order;

    public LabelIssuer(string prefix) => (this.prefix, issued, order) = (prefix, new(StringComparer.Ordinal), []);

    private LabelIssuer(LabelIssuer other)
        => (prefix, issued, order) = (other.prefix, new(other.issued, StringComparer.Ordinal), [.. other.order]);

    public IReadOnlyDictionary<string, string> Issued => issued;

    public IReadOnlyList<string> InOrder => order;

    public LabelIssuer Clone() => new(this);

    public bool Has(string label) => issued.ContainsKey(label);

    public string? Find(string label) => issued.GetValueOrDefault(label);

    public string Issue(string label)
    {
        if (issued.TryGetValue(label, out var found))
            return found;
        var made = prefix + order.Count.ToString(CultureInfo.InvariantCulture);
        issued[label] = made;
        order.Add(label);
        return made;
    }
}
