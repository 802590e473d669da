using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pathways.Kernel;
using Pathways.TransferRecognition.Domain.Agreements;

namespace Pathways.TransferRecognition.Domain.Importing;

/// <summary>
/// Reads CTDL TransferValueProfiles, as registries really publish them, into draft clauses: what is wrong and plain is
/// mended with a warning, what cannot be understood is refused with its place.
/// </summary>
public static partial class TransferValueProfiles
{
    private const int MaxDepth = 32;

    private const string Example =
        """{"@type": "ceterms:TransferValueProfile", "ceterms:ctid": "ce-1", "ceterms:transferValue": {"schema:value": 3, "ceterms:creditUnitType": "creditUnit:DegreeCredit"}}""";

    private static readonly string[] DateForms = ["yyyy-M-d", "yyyy-M", "yyyy"];

    public static Result<TransferValueImport> Read(string document)
    {
        try
        {
            using var json = JsonDocument.Parse(document, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(json.RootElement, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(document))));
        }
        catch (JsonException malformed)
        {
            var fault = JsonFault.Of(malformed, Encoding.UTF8.GetBytes(document));
            return Rejection.Invalid("import-not-json", $"The document is not JSON at {fault.Place}: {fault.Reason}.", fault.Remedy, fault.Place);
        }
    }

    private static Result<TransferValueImport> Read(JsonElement root, string sha256)
    {
        var graph = new CtdlGraph(root);
        var profiles = graph.Nodes
            .Where(node => node.IsA("TransferValueProfile") || (node.Type is null && node.Find("transferValue") is not null))
            .ToList();
        if (profiles.Count == 0)
        {
            var types = graph.Nodes.Select(node => node.Type).OfType<string>().Distinct().ToList();
            return Rejection.Invalid(
                "import-no-transfer-value",
                $"The document holds no ceterms:TransferValueProfile; it holds {(types.Count > 0 ? string.Join(", ", types) : "nothing that has a type")}.",
                $"Give a profile as it is published, at least {Example}", "/");
        }

        var warnings = new List<ImportWarning>();
        var clauses = new List<Clause>();
        foreach (var profile in profiles)
        {
            var clause = Clause(profile, clauses.Count + 1, sha256, warnings);
            if (!clause.IsAccepted) return clause.Rejection;
            clauses.Add(clause.Value);
        }

        return new TransferValueImport(
            sha256, clauses, Date(profiles[0], "startDate", warnings), Date(profiles[0], "endDate", warnings), warnings);
    }

    private static Result<Clause> Clause(CtdlNode profile, int number, string sha256, List<ImportWarning> warnings)
    {
        var award = Award(profile, warnings);
        if (!award.IsAccepted) return award.Rejection;

        var from = profile.Nodes("transferValueFrom").ToList();
        var covers = from.Concat([profile]).SelectMany(Names).Distinct(StringComparer.Ordinal).ToList();
        if (covers.Count == 0)
        {
            return Rejection.Invalid("import-covers-nothing", "Neither the profile nor what it is from has a code or an id.",
                "Give one of them a ceterms:identifier.", profile.Place + "/");
        }

        var countsAs = profile.Nodes("transferValueFor").SelectMany(Names)
            .Concat(profile.Items("transferValueFor").Select(item => item.Value).Where(value => value.ValueKind == JsonValueKind.String)
                .Select(value => value.GetString()!).Where(IsPublicId))
            .Distinct(StringComparer.Ordinal).ToList();
        if (countsAs.Count == 0)
            warnings.Add(new ImportWarning("counts-as-missing", "It does not say what it counts as; fill that in before signing.", profile.Place + "/"));

        string title = profile.Text("name") ?? from.Select(node => node.Text("name")).FirstOrDefault() ?? $"Transfer value {number}";
        return new Clause(
            $"clause-{number}", title, covers, award.Value.Award, countsAs,
            MinScore(from.Concat([profile]), warnings),
            Level: award.Value.Level,
            Source: new ClauseSource(profile.Text("ctid"), sha256),
            Note: profile.Text("description"));
    }

    private static Result<(ClauseAward Award, string? Level)> Award(CtdlNode profile, List<ImportWarning> warnings)
    {
        var values = profile.Nodes("transferValue").ToList();
        if (values.Count == 0)
            return Rejection.Invalid("import-value-missing", "The profile states no transfer value.", "Add ceterms:transferValue to the profile.", profile.Place + "/");
        if (values.Count > 1)
            warnings.Add(new ImportWarning("several-values", $"It states {values.Count} values; the first one is taken.", values[1].Place));

        var value = values[0];
        if (value.Find("value") is not { } found)
        {
            return Rejection.Invalid("import-value-missing", "The transfer value has no single amount.",
                "A range or a percentage has to be settled by the parties.", value.Place);
        }

        if (Number(found, warnings) is not { } amount || amount < 0)
            return Rejection.Invalid("import-value-not-a-number", $"'{found.Value}' is not an amount of credit.", "Write the value as a number.", found.Place);
        if ((value.Concept("creditUnitType") ?? value.Text("unitText")) is not { } unit)
        {
            return Rejection.Invalid("import-unit-missing", "The transfer value states no unit; nobody guesses it.",
                "Give it a ceterms:creditUnitType.", value.Place);
        }

        var level = value.Concept("creditLevelType");
        return (new ClauseAward(Term("creditUnit", unit, value.Place, warnings), amount),
            level is null ? null : Term("audLevel", level, value.Place, warnings));
    }

    private static decimal? Number((JsonElement Value, string Place) found, List<ImportWarning> warnings)
    {
        if (found.Value.ValueKind == JsonValueKind.Number) return found.Value.TryGetDecimal(out decimal number) ? Plain(number) : null;
        if (found.Value.ValueKind != JsonValueKind.String
            || !decimal.TryParse(found.Value.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal read)) return null;
        warnings.Add(new ImportWarning("number-as-text", "The amount is written as a text.", found.Place));
        return read;
    }

    /// <summary>3 for 3.0: trailing zeros would make the same terms look different.</summary>
    private static decimal Plain(decimal number) => number / 1.0000000000000000000000000000m;

    /// <summary>The concept under its own prefix; other prefixes and a known misspelling are mended.</summary>
    private static string Term(string prefix, string concept, string place, List<ImportWarning> warnings)
    {
        if (concept.Contains("://", StringComparison.Ordinal)) return concept;
        string local = concept[(concept.IndexOf(':') + 1)..];
        if (local == "DegreeeCredit") local = "DegreeCredit";
        string term = $"{prefix}:{local}";
        if (term != concept) warnings.Add(new ImportWarning("term-mended", $"'{concept}' is read as '{term}'.", place));
        return term;
    }

    /// <summary>Ids and codes under which a credential may name what it is for. Blank nodes name nothing outside.</summary>
    private static IEnumerable<string> Names(CtdlNode node)
        => new[] { node.Text("@id"), node.Text("ctid"), node.Text("codedNotation") }
            .Concat(node.Nodes("identifier").Concat(node.Nodes("identifierValue")).Select(identifier => identifier.Text("identifierValueCode")))
            .OfType<string>()
            .Where(IsPublicId);

    private static bool IsPublicId(string id) => id.Length > 0 && !id.StartsWith("_:", StringComparison.Ordinal);

    private static decimal? MinScore(IEnumerable<CtdlNode> nodes, List<ImportWarning> warnings)
    {
        foreach (var condition in nodes.SelectMany(node => node.Nodes("requires")))
        {
            if (condition.Text("condition") is not { } text) continue;
            var match = MinimumPassingScore().Match(text);
            if (!match.Success)
            {
                warnings.Add(new ImportWarning("condition-in-words", $"A condition in words is not carried over: \"{text}\".", condition.Place));
                continue;
            }

            decimal score = decimal.Parse(match.Groups["percent"].Value, CultureInfo.InvariantCulture) / 100m;
            warnings.Add(new ImportWarning("score-from-words", $"\"{text}\" is read as a least scaled score of {score}.", condition.Place));
            return score;
        }

        return null;
    }

    private static DateOnly? Date(CtdlNode profile, string property, List<ImportWarning> warnings)
    {
        if (profile.Text(property) is not { } text) return null;
        if (DateOnly.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        warnings.Add(new ImportWarning("date-unreadable", $"'{text}' is not a date.", $"{profile.Place}/{property}"));
        return null;
    }

    [GeneratedRegex(@"^\s*Minimum passing score:?\s*(?<percent>\d{1,2}|100)\s*%\s*$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex MinimumPassingScore();
}
