using System.Globalization;
using System.Text;
using System.Text.Json;
using Pathways.LinkedData.Rdf;

namespace Pathways.LinkedData.JsonLd;

/// <summary>
/// Deserialize JSON-LD to RDF (JSON-LD 1.1 API, 8.1.2 and 8.2.2). The node map of the specification is not built: statements are
/// written as they are met, and a set of them is what merging nodes would have made.
/// </summary>
internal sealed class RdfSerialization(JsonLdOptions options)
{
    private const string Rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    private const string Xsd = "http://www.w3.org/2001/XMLSchema#";
    private const string RdfType = $"<{Rdf}type>";
    private const string RdfFirst = $"<{Rdf}first>";
    private const string RdfRest = $"<{Rdf}rest>";
    private const string RdfNil = $"<{Rdf}nil>";

    private readonly HashSet<Quad> seen = [];
    private readonly List<Quad> quads = [];
    private readonly Dictionary<string, string> blankNodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Graph, string Node), string> indexes = [];
    private int blankNodeCount;

    public List<Quad> Serialize(List<object?> expanded)
    {
        foreach (var node in expanded)
            WriteNode((LdMap)node!, graph: "");
        return quads;
    }

    /// <summary>The statements about a node and those inside of it; its own token, or null when it cannot stand in RDF.</summary>
    private string? WriteNode(LdMap node, string graph)
    {
        var subject = node.TryGet("@id", out var id) ? Resource((string?)id) : NewBlankNode();
        if (node.TryGet("@index", out var index))
            RefuseConflictingIndex(graph, subject, (string)index!);
        foreach (var (property, value) in node.Members)
        {
            switch (property)
            {
                case "@type":
                    foreach (var type in Expansion.AsList(value))
                        Emit(subject, RdfType, Resource((string?)type), graph);
                    break;
                case "@reverse":
                    WriteReverse((LdMap)value!, subject, graph);
                    break;
                case "@graph":
                    WriteGraph((List<object?>)value!, subject);
                    break;
                case "@included":
                    foreach (var included in Expansion.AsList(value))
                        WriteNode((LdMap)included!, graph);
                    break;
                case "@id" or "@index":
                    break;
                default:
                    WriteProperty(subject, property, Expansion.AsList(value), graph);
                    break;
            }
        }
        return subject;
    }

    private void WriteProperty(string? subject, string property, List<object?> values, string graph)
    {
        var predicate = Predicate(property);
        foreach (var value in values)
            Emit(subject, predicate, WriteObject(value, graph), graph);
    }

    private void WriteReverse(LdMap reverse, string? subject, string graph)
    {
        foreach (var (property, nodes) in reverse.Members)
        {
            var predicate = Predicate(property);
            foreach (var node in Expansion.AsList(nodes))
                Emit(WriteNode((LdMap)node!, graph), predicate, subject, graph);
        }
    }

    private void WriteGraph(List<object?> nodes, string? name)
    {
        // A graph whose name cannot stand in RDF goes nowhere, but its blank nodes were met.
        var before = quads.Count;
        foreach (var node in nodes)
        {
            if (node is LdMap map && !map.Has("@value"))
                WriteNode(map, name ?? "<>");
        }
        if (name is null)
            quads.RemoveRange(before, quads.Count - before);
    }

    /// <summary>Object to RDF Conversion (8.2.2).</summary>
    private string? WriteObject(object? value, string graph)
    {
        var map = (LdMap)value!;
        if (map.TryGet("@value", out var literal))
            return WriteLiteral(map, literal);
        if (map.TryGet("@list", out var items))
            return WriteList((List<object?>)items!, graph);
        return WriteNode(map, graph);
    }

    /// <summary>List to RDF Conversion (8.3.2).</summary>
    private string WriteList(List<object?> items, string graph)
    {
        if (items.Count == 0)
            return RdfNil;
        var cells = items.ConvertAll(_ => NewBlankNode());
        for (var i = 0; i < items.Count; i++)
        {
            Emit(cells[i], RdfFirst, WriteObject(items[i], graph), graph);
            Emit(cells[i], RdfRest, i + 1 < items.Count ? cells[i + 1] : RdfNil, graph);
        }
        return cells[0];
    }

    private string? WriteLiteral(LdMap map, object? value)
    {
        var type = (string?)map["@type"];
        if (type == "@json")
        {
            // Strings, booleans and null were unwrapped only where the type was not known to be JSON.
            var json = value is JsonElement element ? Encoding.UTF8.GetString(Jcs.Canonicalize(element)) : JsonSerializer.Serialize(value);
            return NQuads.Literal(json, Rdf + "JSON", language: null);
        }
        if (type is not null && !Iri.IsWellFormed(type))
            return null;
        switch (value)
        {
            case bool truth:
                return NQuads.Literal(truth ? "true" : "false", type ?? Xsd + "boolean", language: null);
            case JsonElement { ValueKind: JsonValueKind.Number } number:
                return WriteNumber(number, type);
            default:
                return WriteText((string)value!, type, (string?)map["@language"], (string?)map["@direction"]);
        }
    }

    private static string WriteNumber(JsonElement element, string? type)
    {
        if (!element.TryGetDouble(out var number) || !double.IsFinite(number))
            throw new LinkedDataException("number out of range", "A number of the document is beyond an IEEE 754 double.");
        if (number != Math.Truncate(number) || Math.Abs(number) >= 1e21 || type == Xsd + "double")
            return NQuads.Literal(CanonicalDouble(number), type ?? Xsd + "double", language: null);
        var integer = number == 0 ? "0" : number.ToString("F0", CultureInfo.InvariantCulture);
        return NQuads.Literal(integer, type ?? Xsd + "integer", language: null);
    }

    /// <summary><c>%1.15E</c> without the zeros that say nothing: <c>5.3E0</c>.</summary>
    private static string CanonicalDouble(double number)
    {
        var text = number.ToString("E15", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E');
        var mantissa = text[..e].TrimEnd('0');
        if (mantissa.EndsWith('.'))
            mantissa += "0";
        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}E{exponent}");
    }

    private string? WriteText(string text, string? type, string? language, string? direction)
    {
        if (direction is null || options.RdfDirection is null)
        {
            if (direction is not null && options.Safe)
                throw Problem.Unsafe("the direction of a text", text);
            return language is not null && !IsLanguageTag(language) ? null : NQuads.Literal(text, type, language);
        }
        if (options.RdfDirection == "i18n-datatype")
            return NQuads.Literal(text, $"https://www.w3.org/ns/i18n#{language}_{direction}", language: null);
        var literal = NewBlankNode();
        Emit(literal, $"<{Rdf}value>", NQuads.Literal(text, datatype: null, language: null), graph: "");
        if (language is not null)
            Emit(literal, $"<{Rdf}language>", NQuads.Literal(language, datatype: null, language: null), graph: "");
        Emit(literal, $"<{Rdf}direction>", NQuads.Literal(direction, datatype: null, language: null), graph: "");
        return literal;
    }

    private static bool IsLanguageTag(string tag)
        => tag.Length > 0 && char.IsAsciiLetter(tag[0]) && tag[^1] != '-' && !tag.Contains("--", StringComparison.Ordinal)
            && tag.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private void Emit(string? subject, string? predicate, string? value, string graph)
    {
        if (subject is null || predicate is null || value is null)
            return;
        var quad = new Quad(subject, predicate, value, graph);
        if (seen.Add(quad))
            quads.Add(quad);
    }

    private string? Predicate(string property)
    {
        if (!Iri.IsBlankNode(property))
            return Resource(property);
        if (options.GeneralizedRdf)
            return Resource(property);
        return options.Safe ? throw Problem.Unsafe("blank node as property", property) : null;
    }

    private string? Resource(string? id)
    {
        if (id is null)
            return null;
        if (Iri.IsBlankNode(id))
        {
            if (!blankNodes.TryGetValue(id, out var label))
                blankNodes[id] = label = NewBlankNode();
            return label;
        }
        if (Iri.IsWellFormed(id))
            return $"<{id}>";
        return options.Safe ? throw Problem.Unsafe("not an IRI", id) : null;
    }

    private string NewBlankNode() => string.Create(CultureInfo.InvariantCulture, $"_:b{blankNodeCount++}");

    private void RefuseConflictingIndex(string graph, string? subject, string index)
    {
        if (subject is null)
            return;
        if (indexes.TryGetValue((graph, subject), out var other) && other != index)
            throw Problem.Error("conflicting indexes", index);
        indexes[(graph, subject)] = index;
    }
}
