using System.Globalization;
using System.Text;

namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>
/// Reads JSON as people publish it. Every departure from RFC 8259 it forgives (a comma too many or too few, several documents in one
/// file, a byte order mark, comments) becomes a warning with line and column; a file without warnings is strict JSON.
/// What it cannot make sense of throws <see cref="MalformedJsonException"/>.
/// </summary>
internal sealed class JsonReader
{
    private readonly string _text;
    private readonly int _maxDepth;
    private readonly int _maxValues;
    private readonly List<ImportWarning> _warnings = [];
    private int _position;
    private int _line = 1;
    private int _lineStart;
    private int _values;

    private JsonReader(string text, int maxDepth, int maxValues)
    {
        _text = text;
        _maxDepth = maxDepth;
        _maxValues = maxValues;
    }

    /// <summary>The documents of the file, and what was forgiven.</summary>
    public static (IReadOnlyList<JsonValue> Documents, IReadOnlyList<ImportWarning> Warnings) Read(ReadOnlySpan<byte> utf8, int maxDepth, int maxValues)
    {
        string text;
        try
        {
            text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(utf8);
        }
        catch (DecoderFallbackException error)
        {
            throw new MalformedJsonException("The document is not UTF-8.", line: 0, column: error.Index, error);
        }

        var reader = new JsonReader(text, maxDepth, maxValues);
        return (reader.ReadDocuments(), reader._warnings);
    }

    private List<JsonValue> ReadDocuments()
    {
        if (_text.StartsWith('\uFEFF'))
        {
            _position = 1;
            Warn("json-byte-order-mark", "A byte order mark was ignored.");
        }

        var documents = new List<JsonValue>();
        while (true)
        {
            SkipSpace();
            while (documents.Count > 0 && Peek == ',')
            {
                Warn("json-stray-comma", "A comma between documents was ignored.");
                _position++;
                SkipSpace();
            }

            if (_position == _text.Length)
                return documents;
            if (documents.Count == 1)
                Warn("json-several-documents", "The file holds several JSON documents one after another; all were read.");
            documents.Add(ReadValue(depth: 1));
        }
    }

    private JsonValue ReadValue(int depth)
    {
        if (depth > _maxDepth)
            throw Malformed($"Nested deeper than {_maxDepth} levels.", "document-too-deep");
        if (++_values > _maxValues)
            throw Malformed($"More than {_maxValues} values.", "document-too-large");
        var (line, column) = (_line, Column);
        return Peek switch
        {
            '{' => new(JsonKind.Object, "", [], ReadMembers(depth), line, column),
            '[' => new(JsonKind.Array, "", ReadItems(depth), [], line, column),
            '"' => new(JsonKind.String, ReadString(), [], [], line, column),
            _ => ReadLiteral(line, column),
        };
    }

    private List<KeyValuePair<string, JsonValue>> ReadMembers(int depth)
    {
        var members = new List<KeyValuePair<string, JsonValue>>();
        var names = new HashSet<string>();
        _position++;
        while (!AtEndOfList('}', members.Count > 0))
        {
            if (Peek != '"')
                throw Malformed($"A member name in double quotes is expected, not '{Peek}'.");
            var name = ReadString();
            SkipSpace();
            if (Peek != ':')
                throw Malformed($"A colon is expected after \"{name}\".");
            _position++;
            SkipSpace();
            if (!names.Add(name))
            {
                Warn("json-duplicate-member", $"\"{name}\" stands twice in one object; the last one counts.");
                members.RemoveAll(member => member.Key == name);
            }

            members.Add(new(name, ReadValue(depth + 1)));
        }

        return members;
    }

    private List<JsonValue> ReadItems(int depth)
    {
        var items = new List<JsonValue>();
        _position++;
        while (!AtEndOfList(']', items.Count > 0))
            items.Add(ReadValue(depth + 1));
        return items;
    }

    /// <summary>Takes the separators before the next element; true when the list closes.</summary>
    private bool AtEndOfList(char close, bool afterElement)
    {
        var commas = 0;
        SkipSpace();
        for (; Peek == ','; _position++, SkipSpace())
        {
            if (++commas > 1 || !afterElement)
                Warn("json-stray-comma", "A comma without a value was ignored.");
        }

        if (Peek == close)
        {
            if (commas == 1 && afterElement)
                Warn("json-trailing-comma", $"A comma before '{close}' was ignored.");
            _position++;
            return true;
        }

        if (_position == _text.Length)
            throw Malformed($"The document ends where '{close}' is expected.");
        if (Peek is '}' or ']')
            throw Malformed($"'{Peek}' closes nothing here; '{close}' is expected.");
        if (commas == 0 && afterElement)
            Warn("json-missing-comma", "A comma was missing and was assumed.");
        return false;
    }

    private string ReadString()
    {
        _position++;
        var run = _text.AsSpan(_position).IndexOfAny('"', '\\', '\n');
        if (run >= 0 && _text[_position + run] == '"')
        {
            _position += run + 1;
            return _text.Substring(_position - run - 1, run);
        }

        var text = new StringBuilder();
        while (true)
        {
            if (_position >= _text.Length || Peek == '\n')
                throw Malformed("A string is not closed on its line.");
            var next = _text[_position++];
            if (next == '"')
                return text.ToString();
            text.Append(next == '\\' ? ReadEscape() : next);
        }
    }

    private char ReadEscape()
    {
        var escape = Peek;
        _position++;
        switch (escape)
        {
            case '"' or '\\' or '/': return escape;
            case 'b': return '\b';
            case 'f': return '\f';
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'u' when _position + 4 <= _text.Length
                && ushort.TryParse(_text.AsSpan(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _position += 4;
                return (char)code;
            default: throw Malformed($"'\\{escape}' is no escape.");
        }
    }

    private JsonValue ReadLiteral(int line, int column)
    {
        var start = _position;
        while (_position < _text.Length && (char.IsAsciiLetterOrDigit(Peek) || Peek is '+' or '-' or '.'))
            _position++;
        var literal = _text[start.._position];
        return literal switch
        {
            "true" or "false" => new(JsonKind.Boolean, literal, [], [], line, column),
            "null" => new(JsonKind.Null, "", [], [], line, column),
            _ when decimal.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out _) || IsHugeNumber(literal)
                => new(JsonKind.Number, literal, [], [], line, column),
            _ => throw Malformed(start < _text.Length ? $"A value is expected, not '{(literal.Length > 0 ? literal : _text[start])}'." : "The document ends where a value is expected."),
        };
    }

    /// <summary>JSON, but no decimal: whoever wants the number refuses it as out of range.</summary>
    private static bool IsHugeNumber(string literal)
        => literal.Length > 0 && (char.IsAsciiDigit(literal[0]) || literal[0] == '-') && literal.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E');

    private void SkipSpace()
    {
        while (_position < _text.Length)
        {
            switch (_text[_position])
            {
                case '\n':
                    _position++;
                    _line++;
                    _lineStart = _position;
                    break;
                case ' ' or '\t' or '\r' or '\u00A0' or '\u2028':
                    _position++;
                    break;
                case '/' when _text.AsSpan(_position).StartsWith("//"):
                    Warn("json-comment", "A comment was ignored.");
                    _position = _text.IndexOf('\n', _position) is var end and >= 0 ? end : _text.Length;
                    break;
                default:
                    return;
            }
        }
    }

    private char Peek => _position < _text.Length ? _text[_position] : '\0';

    private int Column => _position - _lineStart + 1;

    private void Warn(string code, string message) => _warnings.Add(new(code, $"line {_line}, column {Column}", message));

    private MalformedJsonException Malformed(string message, string code = "document-malformed") => new(message, _line, Column, code: code);
}

internal sealed class MalformedJsonException(string message, int line, int column, Exception? cause = null, string code = "document-malformed")
    : Exception(message, cause)
{
    public string Code { get; } = code;

    public string Place { get; } = $"line {line}, column {column}";
}
