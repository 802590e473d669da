using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Pathways.LinkedData;

/// <summary>
/// Credentials inside SVG images (Open Badges 3.0, 5.3.2): an element <c>credential</c> that holds JSON as character data, or a
/// compact token in its attribute <c>verify</c>.
/// </summary>
public static class BakedSvg
{
    private const int MaxCharacters = 16 * 1024 * 1024;

    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    private static readonly (BakedKind Kind, XName Element, string Prefix)[] Names =
    [
        (BakedKind.OpenBadge, (XNamespace)"https://purl.imsglobal.org/ob/v3p0" + "credential", "openbadges"),
        (BakedKind.Clr, (XNamespace)"https://purl.imsglobal.org/clr/v2p0" + "credential", "clr"),
        (BakedKind.OpenBadge2, (XNamespace)"http://openbadges.org" + "assertion", "openbadges"),
    ];

    public static bool IsSvg(ReadOnlySpan<byte> bytes)
    {
        var start = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, 1024)]).TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        return start.StartsWith('<') && (start.Contains("<svg", StringComparison.Ordinal) || start.StartsWith("<?xml", StringComparison.Ordinal));
    }

    /// <summary>The image with the credential in it; one that was there before is replaced.</summary>
    public static byte[] Bake(ReadOnlySpan<byte> svg, string credential, BakedKind kind = BakedKind.OpenBadge)
    {
        var (_, name, prefix) = Names.Single(entry => entry.Kind == kind);
        var document = Read(svg);
        document.Root!.Elements(name).Remove();
        document.Root.SetAttributeValue(XNamespace.Xmlns + prefix, name.NamespaceName);
        document.Root.AddFirst(credential.StartsWith('{')
            ? new XElement(name, new XCData(credential))
            : new XElement(name, new XAttribute("verify", credential)));

        using var output = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), OmitXmlDeclaration = document.Declaration is null };
        using (var writer = XmlWriter.Create(output, settings))
            document.Save(writer);
        return output.ToArray();
    }

    /// <summary>Null when the image carries no credential.</summary>
    public static Unbaked? Unbake(ReadOnlySpan<byte> svg)
    {
        var document = Read(svg);
        foreach (var (kind, name, _) in Names)
        {
            if (document.Descendants(name).FirstOrDefault() is not { } element)
                continue;
            var text = element.Value.Trim();
            return new Unbaked(kind, text.Length > 0 ? text : element.Attribute("verify")?.Value ?? "");
        }
        return null;
    }

    /// <summary>No DTD, so no entities: neither a file of ours nor a billion laughs can come in.</summary>
    private static XDocument Read(ReadOnlySpan<byte> svg)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxCharacters };
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(svg.ToArray()), settings);
            var document = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
            return document.Root?.Name == Svg + "svg" ? document : throw Invalid("Its root is not svg.");
        }
        catch (XmlException problem)
        {
            throw Invalid(problem.Message);
        }
    }

    private static LinkedDataException Invalid(string why) => new("invalid svg", "The image cannot be read: " + why);
}
