using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pathways.LinkedData.Rdf;

/// <summary>RDF 1.1 N-Quads: reading them, and writing terms in the canonical form of RDF Dataset Canonicalization 1.0 (5).</summary>
public static class NQuads
{
    internal const string XsdString = "http://www.w3.org/2001/XMLSchema#string";

    private static readonly SearchValues<char> Escaped =
        SearchValues.Create("\"\\\u007f" + string.Concat(Enumerable.Range(0, 0x20).Select(code => (char)code)));

    public static IReadOnlyList<Quad> Parse(string text)
    {
        var quads = new HashSet<Quad>();
        foreach (var line in text.Split('\n'))
        {
            var reader = new Reader(line.TrimEnd('\r'));
            if (reader.ReadQuad() is { } quad)
                quads.Add(quad);
        }
        return [.. quads];
    }

    internal static string Literal(string value, string? datatype, string? language)
    {
        var text = Quote(value);
        if (language is not null)
            return $"{text}@{language}";
        return datatype is null or XsdString ? text : $"{text}^^<{datatype}>";
    }

    private static string Quote(string value)
    {
        if (value.AsSpan().IndexOfAny(Escaped) < 0)
            return string.Concat("\"", value, "\"");
        var text = new StringBuilder(value.Length + 8).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '\b' => text.Append("\\b"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\f' => text.Append("\\f"),
                '\r' => text.Append("\\r"),
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                < ' ' or '\u007f' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => text.Append(c),
            };
        }
        return text.Append('"').ToString();
    }

    private sealed class Reader(string line)
    {
        private int at;

        public Quad? ReadQuad()
        {
            SkipSpace();
            if (at == line.Length || line[at] == '#')
                return null;
            var subject = ReadTerm();
            var predicate = ReadTerm();
            var value = ReadTerm();
            var graph = at < line.Length && line[at] != '.' ? ReadTerm() : "";
            if (at == line.Length || line[at] != '.')
                throw Invalid();
            return new Quad(subject, predicate, value, graph);
        }

        private string ReadTerm()
        {
            if (at >= line.Length)
                throw Invalid();
            var term = line[at] switch
            {
                '<' => "<" + ReadIri() + ">",
                '_' => ReadWord(),
                '"' => ReadLiteral(),
                _ => throw Invalid(),
            };
            SkipSpace();
            return term;
        }

        private string ReadLiteral()
        {
            var value = Unescape(ReadUntil('"'));
            if (at < line.Length && line[at] == '@')
            {
                at++;
                return Literal(value, datatype: null, ReadWord());
            }
            if (!line.AsSpan(at).StartsWith("^^<"))
                return Literal(value, datatype: null, language: null);
            at += 2;
            return Literal(value, ReadIri(), language: null);
        }

        private string ReadIri() => Unescape(ReadUntil('>'));

        /// <summary>What stands between here and the end mark, which may be escaped by a backslash.</summary>
        private string ReadUntil(char end)
        {
            var start = ++at;
            while (at < line.Length && line[at] != end)
                at += line[at] == '\\' ? 2 : 1;
            if (at >= line.Length)
                throw Invalid();
            return line[start..at++];
        }

        private string ReadWord()
        {
            var start = at;
            while (at < line.Length && line[at] is not (' ' or '\t'))
                at++;
            return line[start..at];
        }

        private void SkipSpace()
        {
            while (at < line.Length && line[at] is ' ' or '\t')
                at++;
        }

        private string Unescape(string text)
        {
            if (!text.Contains('\\'))
                return text;
            var output = new StringBuilder(text.Length);
            for (var i = 0; i < text.Length; i++)
            {
                if (text[i] != '\\')
                {
                    output.Append(text[i]);
                    continue;
                }
                i++;
                var length = text[i] switch { 'u' => 4, 'U' => 8, _ => 0 };
                output.Append(length > 0
                    ? char.ConvertFromUtf32(int.Parse(text.AsSpan(i + 1, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
                    : Unescape(text[i]));
                i += length;
            }
            return output.ToString();
        }

        private string Unescape(char c) => c switch
        {
            't' => "\t",
            'b' => "\b",
            'n' => "\n",
            'r' => "\r",
            'f' => "\f",
            '"' or '\'' or '\\' => c.ToString(),
            _ => throw Invalid(),
        };

        private LinkedDataException Invalid() => new("invalid n-quads", $"Not an N-Quad at {at}: {line}");
    }
}
