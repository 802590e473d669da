using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Csv;

/// <summary>Reads mapping files. Whatever is not known is refused, with its place.</summary>
internal sealed class CsvMappingFile
{
    private const int LongestName = 100;

    private static readonly JsonDocumentOptions Json = new() { AllowDuplicateProperties = false, MaxDepth = 32, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private CsvDates _dates = CsvDates.Default;
    private char _decimalMark = '.';

    public static Result<CsvMapping> Read(ReadOnlyMemory<byte> file)
    {
        var json = ByteOrderMark.Skip(file);
        if (json.Length > CsvMapping.LargestFile) return Invalid("", $"A mapping has at most {CsvMapping.LargestFile} bytes.").Rejection;
        if (StatementJson.NoText(json.Span) is { } noText) return noText;
        try
        {
            using var document = JsonDocument.Parse(json, Json);
            return new CsvMappingFile().Whole(document.RootElement);
        }
        catch (JsonException malformed)
        {
            var fault = JsonFault.Of(malformed, json.Span);
            return Invalid(fault.Place, $"The mapping is not well-formed JSON at {fault.Place}: {fault.Reason}.", fault.Remedy).Rejection;
        }
        catch (MappingException invalid)
        {
            return invalid.Rejection;
        }
    }

    public static Result<CsvMapping> OfPlaces(CsvRow header)
    {
        if (header.Fault is { } fault) return Rejection.Invalid(fault.Code, $"The header can't be read: {fault.Reason}", "Correct the file's first row.", fault.Column);
        var names = header.Cells.Select(name => name.Trim()).ToList();
        if (!names.Exists(name => name.StartsWith("actor.", StringComparison.Ordinal)) || !names.Exists(name => name.StartsWith("verb.", StringComparison.Ordinal)))
        {
            return Rejection.Invalid(
                "csv-mapping-needed", "The header does not name the columns by their place in a statement, such as actor.mbox,verb.id,object.id.",
                "Name them so, or give a mapping that says what each column is.");
        }
        var statement = new JsonObject();
        foreach (string name in names)
        {
            string[] path = name.Split('.');
            var at = statement;
            foreach (string step in path.AsSpan(0, path.Length - 1))
            {
                if (at[step] is null) at[step] = new JsonObject();
                if (at[step] is not JsonObject next || next.ContainsKey("column")) return Rejection.Invalid("csv-mapping-needed", $"The columns '{step}' and '{name}' can't both be.", "Rename one of the two.", name);
                at = next;
            }
            if (!at.TryAdd(path[^1], new JsonObject { ["column"] = name, ["as"] = KindAt(path) }))
                return Rejection.Invalid("csv-column-ambiguous", $"The place '{name}' is named by more than one column.", "Leave all of them out but one.", name);
        }
        var mapping = new JsonObject { ["name"] = "places", ["statement"] = statement };
        return Read(JsonSerializer.SerializeToUtf8Bytes(mapping));
    }

    private static string KindAt(string[] path) => path switch
    {
        [.., "score", "scaled" or "raw" or "min" or "max"] => "number",
        ["result", "success" or "completion"] => "boolean",
        _ => "text",
    };

    private CsvMapping Whole(JsonElement root)
    {
        Known(root, "", "name", "delimiter", "decimal", "key", "dates", "statement");
        string name = Text(root, "name", "") is { Length: > 0 and <= LongestName } given ? given : throw Invalid("/name", $"A mapping has a name of 1 to {LongestName} characters: statements' ids depend on it.");
        var delimiter = Character(root, "delimiter");
        _decimalMark = Character(root, "decimal") ?? '.';
        if (_decimalMark is not ('.' or ',')) throw Invalid("/decimal", "The decimal mark is a full stop or a comma.");
        if (root.TryGetProperty("dates", out var dates)) _dates = Dates(dates);
        var key = root.TryGetProperty("key", out var columns) ? Texts(columns, "/key") : [];
        if (!root.TryGetProperty("statement", out var statement) || statement.ValueKind != JsonValueKind.Object) throw Invalid("/statement", "It must be the statement that a row becomes.");
        var template = Template(statement, "");
        if (!template.Holes.Any()) throw Invalid("/statement", "No column stands in it: every row would become the same statement.");
        return new CsvMapping(name, delimiter, key, template);
    }

    private CsvTemplate Template(JsonElement element, string pointer) => element.ValueKind switch
    {
        JsonValueKind.Object when element.TryGetProperty("column", out _) => Cell(element, pointer),
        JsonValueKind.Object => new CsvObject(pointer, [.. element.EnumerateObject().Select(member => KeyValuePair.Create(member.Name, Template(member.Value, $"{pointer}/{Escaped(member.Name)}")))]),
        JsonValueKind.Array => new CsvArray(pointer, [.. element.EnumerateArray().Select((item, index) => Template(item, $"{pointer}/{index}"))]),
        JsonValueKind.String => TextOf(element.GetString()!, pointer),
        JsonValueKind.Null => throw Invalid("/statement" + pointer, "A statement holds no null."),
        _ => new CsvConstant(pointer, JsonNode.Parse(element.GetRawText())!),
    };

    /// <summary>Braces that are meant as such are written twice.</summary>
    private static CsvTemplate TextOf(string text, string pointer)
    {
        var parts = new List<string> { "" };
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '{' or '}' && i + 1 < text.Length && text[i + 1] == c)
            {
                parts[^1] += c;
                i++;
            }
            else if (c == '{')
            {
                int end = text.IndexOf('}', i);
                if (end <= i + 1) throw Invalid("/statement" + pointer, "A column's name stands between braces; a brace that is meant as such is written twice.");
                parts.Add(text[(i + 1)..end].Trim());
                parts.Add("");
                i = end;
            }
            else
            {
                parts[^1] += c;
            }
        }
        return parts.Count == 1 ? new CsvConstant(pointer, JsonValue.Create(parts[0])) : new CsvText(pointer, parts);
    }

    private CsvCell Cell(JsonElement element, string pointer)
    {
        string place = "/statement" + pointer;
        Known(element, place, "column", "as", "values", "default", "divideBy");
        string column = Text(element, "column", place) ?? throw Invalid(place + "/column", "It must be a column's name.");
        var kind = (Text(element, "as", place) ?? "text") switch
        {
            "text" => CsvKind.Text,
            "number" => CsvKind.Number,
            "boolean" => CsvKind.Boolean,
            "time" => CsvKind.Time,
            "duration" => CsvKind.Duration,
            var other => throw Invalid(place + "/as", $"'{other}' is none of text, number, boolean, time, duration."),
        };
        decimal divideBy = 1;
        if (element.TryGetProperty("divideBy", out var divisor) && (divisor.ValueKind != JsonValueKind.Number || !divisor.TryGetDecimal(out divideBy) || divideBy == 0 || kind != CsvKind.Number))
            throw Invalid(place + "/divideBy", "It must be a number other than 0, and belongs to cells that are numbers.");
        Dictionary<string, JsonNode>? values = null;
        if (element.TryGetProperty("values", out var known))
        {
            if (known.ValueKind != JsonValueKind.Object) throw Invalid(place + "/values", "It must be an object: cell to value.");
            values = known.EnumerateObject().ToDictionary(value => value.Name.Trim(), value => Constant(value.Value, $"{place}/values/{Escaped(value.Name)}"), StringComparer.Ordinal);
        }
        var fallback = element.TryGetProperty("default", out var given) ? Constant(given, place + "/default") : null;
        return new CsvCell(pointer, column, kind, values, fallback, divideBy, _decimalMark, _dates);
    }

    private static CsvDates Dates(JsonElement dates)
    {
        Known(dates, "/dates", "formats", "zone");
        var formats = dates.TryGetProperty("formats", out var list) ? Texts(list, "/dates/formats") : CsvDates.Default.Formats;
        for (int i = 0; i < formats.Length; i++)
        {
            // The framework finds out about a broken pattern only when it is used.
            if (formats[i] is not ("iso" or "unix" or "unix-ms") && !IsPattern(formats[i])) throw Invalid($"/dates/formats/{i}", $"'{formats[i]}' is no pattern of a date, such as dd.MM.yyyy HH:mm.");
        }
        var zone = TimeZoneInfo.Utc;
        if (Text(dates, "zone", "/dates") is { } name && !TryZone(name, out zone)) throw Invalid("/dates/zone", $"'{name}' is no time zone, such as Europe/Berlin or +01:00.");
        return new CsvDates(formats, zone);
    }

    private static bool IsPattern(string format)
    {
        try
        {
            var probe = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
            return format.Contains('y', StringComparison.Ordinal)
                && DateTimeOffset.TryParseExact(probe.ToString(format, CultureInfo.InvariantCulture), format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static bool TryZone(string name, out TimeZoneInfo zone)
    {
        zone = TimeZoneInfo.Utc;
        if (name is ['+' or '-', ..] && TimeSpan.TryParseExact(name[1..], @"hh\:mm", CultureInfo.InvariantCulture, out var offset) && offset < TimeSpan.FromHours(15))
        {
            zone = TimeZoneInfo.CreateCustomTimeZone(name, name[0] == '-' ? -offset : offset, name, name);
            return true;
        }
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone!);
    }

    private static JsonNode Constant(JsonElement value, string place)
        => value.ValueKind == JsonValueKind.Null ? throw Invalid(place, "A statement holds no null.") : JsonNode.Parse(value.GetRawText())!;

    private static void Known(JsonElement value, string place, params ReadOnlySpan<string> names)
    {
        if (value.ValueKind != JsonValueKind.Object) throw Invalid(place, "It must be an object.");
        foreach (var member in value.EnumerateObject())
        {
            if (!names.Contains(member.Name)) throw Invalid($"{place}/{Escaped(member.Name)}", $"'{member.Name}' is not known here.");
        }
    }

    private static string? Text(JsonElement value, string name, string place)
    {
        if (!value.TryGetProperty(name, out var text)) return null;
        return text.ValueKind == JsonValueKind.String ? text.GetString()! : throw Invalid($"{place}/{name}", "It must be a text.");
    }

    private static char? Character(JsonElement value, string name) => Text(value, name, "") switch
    {
        null => null,
        "tab" => '\t',
        [var c] when c is > ' ' and < '\x7f' and not '"' or '\t' => c,
        _ => throw Invalid("/" + name, "It must be one character of ASCII (or 'tab')."),
    };

    private static ImmutableArray<string> Texts(JsonElement value, string place)
        => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(item => item.GetString()!)]
            : throw Invalid(place, "It must be a list of texts, at least one.");

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static MappingException Invalid(string place, string message, string remedy = "Compare the mapping with the documentation of the learning record.")
        => new(Rejection.Invalid("csv-mapping-invalid", message, remedy, place));

    private sealed class MappingException(Rejection rejection) : Exception(rejection.Message)
    {
        public Rejection Rejection { get; } = rejection;
    }
}
