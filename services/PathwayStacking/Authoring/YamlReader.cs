using System.Globalization;
using System.Text;
using Pathways.PathwayStacking.Domain.Importing;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>
/// YAML as the tree that JSON documents are read into too, with the place of each value. No anchors, aliases and tags: nobody
/// writes them by hand, and they let a small file become a huge one.
/// </summary>
internal static class YamlReader
{
    private const int MaxDepth = 64;
    private const int MaxValues = 500_000;

    public static JsonValue Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw new MalformedYamlException("The document is empty.", 1, 1);
            parser.Consume<DocumentStart>();
            var values = 0;
            var value = Value(parser, depth: 1, ref values);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out var more))
                throw At("The file holds several documents; one pathway is expected.", parser.Current!.Start);
            return value;
        }
        catch (YamlException error)
        {
            throw Indentation(text, error.Start.Line, error.Message.Contains(" tab ", StringComparison.Ordinal))
                ?? new MalformedYamlException(error.Message, error.Start.Line, error.Start.Column);
        }
        catch (InvalidOperationException)
        {
            // The scanner of YamlDotNet 16 gives up in this way where a list in brackets meets an indented line.
            var place = parser.Current?.Start ?? default;
            throw Indentation(text, place.Line, isOfTab: false) ?? At("The document can't be read from here on; is a bracket or a quote not closed?", place);
        }
    }

    private static JsonValue Value(Parser parser, int depth, ref int values)
    {
        var start = parser.Current!.Start;
        if (depth > MaxDepth)
            throw At($"Nested deeper than {MaxDepth} levels.", start);
        if (++values > MaxValues)
            throw At($"More than {MaxValues} values.", start);
        if (parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            throw At("Anchors and aliases are not taken; write the value where it is meant.", start);
        if (parser.TryConsume<Scalar>(out var scalar))
            return OfScalar(scalar);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<JsonValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Value(parser, depth + 1, ref values));
            return new(JsonKind.Array, "", items, [], (int)start.Line, (int)start.Column);
        }

        parser.Consume<MappingStart>();
        var members = new List<KeyValuePair<string, JsonValue>>();
        var names = new HashSet<string>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var name))
                throw At("A name is expected.", parser.Current!.Start);
            if (!names.Add(name.Value))
                throw new MalformedYamlException($"\"{name.Value}\" stands twice.", name.Start.Line, name.Start.Column, "duplicate-id");
            members.Add(new(name.Value, Value(parser, depth + 1, ref values)));
        }

        return new(JsonKind.Object, "", [], members, (int)start.Line, (int)start.Column);
    }

    private static JsonValue OfScalar(Scalar scalar)
    {
        if (!scalar.Tag.IsEmpty)
            throw At("Tags are not taken.", scalar.Start);
        var kind = scalar.Style == ScalarStyle.Plain ? KindOfPlain(scalar.Value) : JsonKind.String;
        return new(kind, kind == JsonKind.Null ? "" : scalar.Value, [], [], (int)scalar.Start.Line, (int)scalar.Start.Column);
    }

    /// <summary>The core schema of YAML 1.2, without its hexadecimal and octal numbers.</summary>
    internal static JsonKind KindOfPlain(string text) => text switch
    {
        "" or "~" or "null" => JsonKind.Null,
        "true" or "false" => JsonKind.Boolean,
        _ when decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out _) => JsonKind.Number,
        _ => JsonKind.String,
    };

    /// <summary>
    /// The tab that a line begins with, behind where reading failed: the library tells only where what the line belongs to began. Null when there
    /// is none; unless it says itself that a tab is to blame, further away than in the next line it may be part of a text.
    /// </summary>
    private static MalformedYamlException? Indentation(string text, long line, bool isOfTab)
    {
        foreach (var (index, written) in text.Split('\n').Index().Skip((int)Math.Max(0, isOfTab ? line - 1 : line - 2)))
        {
            if (!isOfTab && index > line) return null;
            var at = written.AsSpan(0, written.Length - written.AsSpan().TrimStart(" \t").Length).IndexOf('\t');
            if (at >= 0) return new("A tab is not taken as indentation; use spaces.", index + 1, at + 1);
        }

        return null;
    }

    private static MalformedYamlException At(string message, Mark place) => new(message, place.Line, place.Column);
}

internal sealed class MalformedYamlException(string message, long line, long column, string code = "document-malformed") : Exception(message)
{
    public string Code { get; } = code;

    public string Place { get; } = $"line {line}, column {column}";
}
