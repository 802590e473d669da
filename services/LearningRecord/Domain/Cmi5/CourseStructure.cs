using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Cmi5;

/// <summary>
/// Reads <c>cmi5.xml</c> (cmi5, section 13 and CourseStructure.xsd). Elements of other namespaces are extensions and passed
/// over. A document type is refused: nothing in it may be fetched or expanded.
/// </summary>
public sealed class CourseStructure
{
    public const int LargestFile = 4 * 1024 * 1024;
    public const int Deepest = 40;
    public const int MostItems = 5000;

    private static readonly XNamespace Cmi5 = "https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd";
    private static readonly string[] Methods = ["AnyWindow", "OwnWindow"];

    private readonly Uri? _base;
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly ImmutableArray<Cmi5Block>.Builder _blocks = ImmutableArray.CreateBuilder<Cmi5Block>();
    private readonly ImmutableArray<Cmi5Unit>.Builder _units = ImmutableArray.CreateBuilder<Cmi5Unit>();

    private CourseStructure(Uri? baseAddress) => _base = baseAddress;

    /// <param name="baseAddress">Where the units are whose URL is relative; null when there may be none such.</param>
    public static Result<Cmi5Course> Read(byte[] xml, Uri? baseAddress)
    {
        if (xml.Length > LargestFile) return Refuse($"The structure has more than {LargestFile} bytes.", null).Rejection;
        try
        {
            CheckShape(xml);
            using var reader = XmlReader.Create(new MemoryStream(xml, writable: false), Settings());
            return new CourseStructure(baseAddress).Whole(XDocument.Load(reader, LoadOptions.SetLineInfo).Root!);
        }
        catch (XmlException fault)
        {
            return Rejection.Invalid("cmi5-structure-invalid", $"The structure is not well-formed XML, or has a document type: {fault.Message}", "Correct the file at this place; leave out its document type.", string.Create(CultureInfo.InvariantCulture, $"line {fault.LineNumber}"));
        }
        catch (StructureException invalid)
        {
            return invalid.Rejection;
        }
    }

    /// <summary>Element by element, before any tree of it is built.</summary>
    private static void CheckShape(byte[] xml)
    {
        using var reader = XmlReader.Create(new MemoryStream(xml, writable: false), Settings());
        while (reader.Read())
        {
            if (reader.Depth > Deepest) throw new XmlException($"Elements are nested more than {Deepest} deep.", null, ((IXmlLineInfo)reader).LineNumber, 0);
        }
    }

    private static XmlReaderSettings Settings() => new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = LargestFile };

    private Cmi5Course Whole(XElement root)
    {
        if (root.Name != Cmi5 + "courseStructure") throw Refuse($"The root must be courseStructure of {Cmi5.NamespaceName}.", root);
        var course = root.Element(Cmi5 + "course") ?? throw Refuse("The element course is missing.", root);
        string id = Id(course);
        var title = Text(course, "title");
        Text(course, "description");
        foreach (var objective in root.Elements(Cmi5 + "objectives").Elements(Cmi5 + "objective")) Id(objective);
        Items(root, []);
        if (_units.Count == 0) throw Refuse("A course has at least one assignable unit (au).", root);
        return new Cmi5Course(id, title, _blocks.ToImmutable(), _units.ToImmutable());
    }

    private void Items(XElement parent, ImmutableArray<string> within)
    {
        foreach (var item in parent.Elements())
        {
            if (item.Name == Cmi5 + "au") _units.Add(Unit(item, within));
            if (item.Name == Cmi5 + "block") Block(item, within);
            if (_units.Count + _blocks.Count > MostItems) throw Refuse($"The course has more than {MostItems} units and blocks.", item);
        }
    }

    private void Block(XElement block, ImmutableArray<string> within)
    {
        string id = Id(block);
        _blocks.Add(new Cmi5Block(id, Text(block, "title"), within));
        int before = _units.Count;
        Items(block, within.Add(id));
        if (_units.Count == before) throw Refuse("A block holds at least one assignable unit.", block);
    }

    private Cmi5Unit Unit(XElement unit, ImmutableArray<string> within) => new(
        Id(unit),
        Text(unit, "title"),
        Url(unit),
        OneOf(unit, "moveOn", Cmi5MoveOn.All),
        MasteryScore(unit),
        OneOf(unit, "launchMethod", Methods),
        unit.Attribute("activityType") is { } type ? (Iri.IsValid(type.Value.Trim()) ? type.Value.Trim() : throw Refuse("The activityType must be an IRI.", unit)) : null,
        unit.Element(Cmi5 + "launchParameters")?.Value.Trim(),
        unit.Element(Cmi5 + "entitlementKey")?.Value.Trim(),
        within);

    private string Id(XElement element)
    {
        string id = element.Attribute("id")?.Value.Trim() ?? "";
        if (!Iri.IsValid(id)) throw Refuse($"The {element.Name.LocalName} must have an id that is an IRI.", element);
        return _ids.Add(id) ? id : throw Refuse($"The id '{id}' is given more than once.", element);
    }

    /// <summary>What the learner is sent to must not be able to act in our name: a web address, and nothing that runs.</summary>
    private string Url(XElement unit)
    {
        string url = unit.Element(Cmi5 + "url")?.Value.Trim() ?? "";
        if (url.Length == 0) throw Refuse("The unit has no url.", unit);
        bool isUrl = Uri.TryCreate(url, UriKind.Absolute, out var absolute) && absolute.Scheme != Uri.UriSchemeFile;
        if (!isUrl && _base is null)
            throw new StructureException(Rejection.Invalid("cmi5-url-relative", $"The unit's url '{url}' is relative.", "Say where the course's files are (?base=).", LineOf(unit)));
        if (!isUrl && !Uri.TryCreate(_base, url, out absolute)) throw Refuse($"The unit's url '{url}' is none.", unit);
        return absolute!.Scheme is "https" or "http" ? absolute.AbsoluteUri : throw Refuse("The unit's url must be of http or https.", unit);
    }

    private static decimal? MasteryScore(XElement unit)
    {
        if (unit.Attribute("masteryScore") is not { } attribute) return null;
        return decimal.TryParse(attribute.Value.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal score) && score <= 1
            ? score
            : throw Refuse("The masteryScore must be a decimal from 0 to 1.", unit);
    }

    private static string OneOf(XElement unit, string attribute, IReadOnlyList<string> known)
    {
        string value = unit.Attribute(attribute)?.Value.Trim() ?? known[0];
        return known.Contains(value) ? value : throw Refuse($"{attribute} must be one of {string.Join(", ", known)}.", unit);
    }

    private static ImmutableSortedDictionary<string, string> Text(XElement element, string name)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var text in element.Elements(Cmi5 + name).Elements(Cmi5 + "langstring"))
        {
            string language = text.Attribute("lang")?.Value.Trim() ?? "und";
            texts[LanguageTag.IsValid(language) ? language : throw Refuse($"'{language}' is no language tag.", text)] = text.Value.Trim();
        }
        return texts.Count > 0 ? texts.ToImmutable() : throw Refuse($"The {element.Name.LocalName} has no {name} with a langstring.", element);
    }

    private static StructureException Refuse(string message, XElement? at)
        => new(Rejection.Invalid("cmi5-structure-invalid", message, "Compare the file with CourseStructure.xsd of cmi5.", at is null ? null : LineOf(at)));

    private static string LineOf(XElement at) => string.Create(CultureInfo.InvariantCulture, $"line {((IXmlLineInfo)at).LineNumber}");

    private sealed class StructureException(Rejection rejection) : Exception(rejection.Message)
    {
        public Rejection Rejection { get; } = rejection;
    }
}
