using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Importing;

/// <summary>
/// Reads CTDL pathways (Credential Engine, <c>ceterms:Pathway</c>) from JSON-LD as it is published: compact, expanded or in the old
/// syntax of 2018, one document or several in one file. What can be read safely is read with a warning; what cannot is refused with its place.
/// </summary>
/// <remarks>
/// Refusals: <c>document-too-large</c>, <c>document-too-deep</c>, <c>document-malformed</c>, <c>pathway-not-found</c>,
/// <c>pathway-without-destination</c>, <c>duplicate-id</c>, <c>number-out-of-range</c>, <c>pathway-cyclic</c>, <c>rule-malformed</c>, and with
/// <see cref="ImportOptions.Strict"/> <c>unknown-component</c>.
/// </remarks>
public static partial class CtdlImporter
{
    public static Result<ImportReport> Import(ReadOnlyMemory<byte> document, ImportOptions? options = null)
    {
        options ??= ImportOptions.Default;
        if (document.Length > options.MaxBytes)
            return Rejection.Invalid("document-too-large", $"The document has {document.Length} bytes; the limit is {options.MaxBytes}.", RemedyOf("document-too-large"), "line 1, column 1");
        try
        {
            var (documents, jsonWarnings) = JsonReader.Read(document.Span, options.MaxDepth, maxValues: options.MaxNodes * 50);
            if (options.Strict && jsonWarnings is [var first, ..])
                return Rejection.Invalid("document-malformed", $"Not strict JSON: {first.Message}", RemedyOf("document-malformed"), first.Place);
            var sha256 = Convert.ToHexStringLower(SHA256.HashData(document.Span));
            return new DocumentImport(documents, jsonWarnings, options).Run(sha256);
        }
        catch (MalformedJsonException error)
        {
            return Rejection.Invalid(error.Code, error.Message, RemedyOf(error.Code), error.Place);
        }
        catch (RefusedException refused)
        {
            return refused.Rejection;
        }
    }

    private const string Example =
        """{"@graph": [{"@id": "urn:pathway", "@type": "ceterms:Pathway", "ceterms:name": "Welding", "ceterms:hasDestinationComponent": "urn:goal"}, {"@id": "urn:goal", "@type": "ceterms:CredentialComponent", "ceterms:name": "Welding Certificate"}]}""";

    /// <summary>What to do about a document, by why it was refused.</summary>
    internal static string RemedyOf(string code) => code switch
    {
        "document-too-large" => "Split the document, a pathway in each.",
        "document-too-deep" => "Give nested nodes an @id, and refer to them.",
        "document-malformed" => "Correct the JSON at this place.",
        "pathway-without-destination" => "Name a component of the document in hasDestinationComponent.",
        "duplicate-id" => "Give each node an @id of its own, or write it once.",
        "number-out-of-range" => "Correct the number.",
        "unknown-component" => "Add the component to the document, or remove the target.",
        _ => "Correct the document at this place.",
    };

    /// <summary>Leaves the import from any depth; never leaves this file.</summary>
    private sealed class RefusedException(Rejection rejection) : Exception(rejection.Message)
    {
        public Rejection Rejection { get; } = rejection;
    }

    [GeneratedRegex(@"^\(\s*(?:and\s+)?(?<count>\d+)\s+(?:more|URIs?|others?)\s*\)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ElidedTargets { get; }

    private sealed partial class DocumentImport(IReadOnlyList<JsonValue> documents, IReadOnlyList<ImportWarning> jsonWarnings, ImportOptions options)
    {
        private readonly List<ImportWarning> _warnings = [.. jsonWarnings];
        private readonly List<CtdlNode> _nodes = [];
        private readonly Dictionary<string, CtdlNode> _byId = [];
        private readonly HashSet<string> _read = [];
        private readonly List<JsonValue> _contexts = [];
        private readonly List<JsonValue> _graphs = [];
        private CtdlMembers _members = new(language: null);
        private string? _language;
        private int _embedded;

        public Result<ImportReport> Run(string sha256)
        {
            foreach (var document in documents)
                CollectNodes(document);
            WarnOfUnknownPrefixes();
            var pathwayNodes = _nodes.Where(node => node.Types.Any(CtdlTerms.IsPathway)).ToList();
            if (pathwayNodes.Count == 0)
                return NoPathway();

            _language = CommonLanguage();
            _members = new CtdlMembers(_language);
            var components = ReadComponents();
            var primary = PrimaryPathways(pathwayNodes);
            var pathways = new List<ImportedPathway>();
            foreach (var node in pathwayNodes)
            {
                var settings = CtdlExtension.Read(node);
                if (!settings.IsAccepted)
                    return settings.Rejection;
                var pathway = ReadPathway(node, components, settings.Value, alone: pathwayNodes.Count == 1);
                if (PathwayGraph.FindCycle(pathway) is { } cycle)
                {
                    return Rejection.Invalid(
                        "pathway-cyclic",
                        $"\"{pathway.Name}\" requires itself: {string.Join(" → ", cycle.Select(id => Label(components, id)))}.",
                        "Remove one of these conditions.",
                        _byId.TryGetValue(cycle[0], out var at) ? at.Place : node.Place);
                }

                CheckTargets(pathway);
                pathways.Add(new(pathway, IsPrimary: pathwayNodes.Count == 1 || primary.Contains(pathway.Id), settings.Value));
            }

            // What belongs to no pathway stays with the first.
            pathways[0] = pathways[0] with { Pathway = pathways[0].Pathway with { Beside = Beside(pathways) } };
            return new ImportReport(pathways, _warnings, sha256);
        }

        private void CollectNodes(JsonValue value)
        {
            if (value.Kind == JsonKind.Array)
            {
                foreach (var item in value.Items)
                    CollectNodes(item);
                return;
            }

            if (value.Kind != JsonKind.Object)
            {
                Warn("value-ignored", value.Place, $"\"{Shorten(value.Text)}\" stands where a node is expected, and was ignored.");
                return;
            }

            var node = new CtdlNode(value);
            foreach (var context in node.Values("context").Where(context => !CtdlExporter.IsOwnContext(context) && !_contexts.Exists(known => Same(known, context))))
                _contexts.Add(context);
            if (node.Values("graph").Any() || node.Has("graph"))
            {
                _graphs.Add(value);
                foreach (var item in node.Values("graph"))
                    CollectNodes(item);
                return;
            }

            Add(new CtdlNode(WithoutEmbedded(value)));
        }

        private void Add(CtdlNode node)
        {
            _nodes.Add(node);
            if (_nodes.Count > options.MaxNodes)
                throw Refuse("document-too-large", $"The document has more than {options.MaxNodes} nodes.", node.Place);
            if (node.Id is { } id && !_byId.TryAdd(id, node))
                throw Refuse("duplicate-id", $"\"{id}\" names two nodes; the first stands at {_byId[id].Place}.", node.Place);
        }

        /// <summary>Components that stand inside of a property become nodes, and the property names them.</summary>
        private JsonValue WithoutEmbedded(JsonValue value) => value.Kind switch
        {
            JsonKind.Array => value with { Items = [.. value.Items.Select(Extracted)] },
            JsonKind.Object => value with { Members = [.. value.Members.Select(member => KeyValuePair.Create(member.Key, Extracted(member.Value)))] },
            _ => value,
        };

        private JsonValue Extracted(JsonValue value)
        {
            var within = WithoutEmbedded(value);
            if (within.Kind != JsonKind.Object || within.Members.Count < 2 || new CtdlNode(within) is not { } node || !node.Types.Any(CtdlTerms.IsNodeOfItsOwn))
                return within;
            if (node.Id is null)
            {
                var id = JsonValue.OfText($"_:embedded-{++_embedded}", value);
                node = new(within with { Members = [new("@id", id), .. within.Members] });
            }

            Add(node);
            return new(JsonKind.Object, "", [], [new("@id", JsonValue.OfText(node.Id!, value))], value.Line, value.Column);
        }

        private Result<ImportReport> NoPathway()
        {
            if (_nodes.Exists(node => node.Has("badgeRequirements") || node.Has("elementId")))
            {
                return Rejection.Invalid(
                    "pathway-not-found", "This is a Badgr pathway export, not CTDL.", "Export it as CTDL, with a ceterms:Pathway and its components.", "line 1, column 1");
            }

            var found = _nodes.SelectMany(node => node.Types).CountBy(type => type).OrderBy(type => type.Key).Select(type => $"{type.Value} {type.Key}").ToList();
            return Rejection.Invalid(
                "pathway-not-found",
                documents.Count == 0 ? "The document is empty." : $"The document has no ceterms:Pathway; it has {(found.Count > 0 ? string.Join(", ", found) : "nothing that has a type")}.",
                $"Give the pathway's own node, with its hasDestinationComponent, and the components; at least {Example}",
                "line 1, column 1");
        }

        private HashSet<string> PrimaryPathways(List<CtdlNode> pathwayNodes)
        {
            var primary = new HashSet<string>();
            foreach (var set in _nodes.Where(node => node.Types.Contains("PathwaySet")))
            {
                primary.UnionWith(set.Texts("hasPrimaryPathway"));
                foreach (var missing in set.Texts("hasPathway").Where(id => !pathwayNodes.Exists(node => node.Id == id)))
                    Warn("pathway-not-in-document", set.Place, $"The pathway set names \"{missing}\", which is not in the document.");
            }

            return primary;
        }

        private void CheckTargets(Pathway pathway)
        {
            var known = pathway.Components.Select(component => component.Id).ToHashSet();
            foreach (var component in pathway.Components)
            {
                var place = _byId[component.Id].Place;
                foreach (var target in component.Conditions.SelectMany(AllTargets).Where(target => !known.Contains(target)).Distinct())
                {
                    var message = $"\"{component.Name}\" requires \"{target}\", which is not a component of the document.";
                    if (options.Strict)
                        throw Refuse("unknown-component", message, place);
                    Warn("unknown-component", place, message + " Evidence that names it counts; without, it is unknown.");
                }
            }

            foreach (var destination in pathway.Destinations.Where(destination => !known.Contains(destination)))
                throw Refuse("pathway-without-destination", $"The destination \"{destination}\" is not a component of the document.", _byId[pathway.Id].Place);
        }

        private static IEnumerable<string> AllTargets(Condition condition) => condition.Targets.Concat(condition.Conditions.SelectMany(AllTargets));

        private void WarnOfUnknownPrefixes()
        {
            var terms = _nodes.SelectMany(node => node.Value.Members.Select(member => (member.Key, node.Place)));
            foreach (var (term, place) in terms.Where(term => CtdlTerms.HasUnknownPrefix(term.Key)).DistinctBy(term => term.Key))
                Warn("unknown-prefix", place, $"\"{term}\" has a prefix that CTDL does not know; it was read by its local name.");
        }

        private static string Label(Dictionary<string, Component> components, string id) => components.TryGetValue(id, out var component) ? component.Name : id;

        private static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "…";

        private void Warn(string code, string place, string message) => _warnings.Add(new(code, place, message));

        private static RefusedException Refuse(string code, string message, string place) => new(Rejection.Invalid(code, message, RemedyOf(code), place));

        private decimal? Number(JsonValue value)
        {
            var text = CtdlNode.Scalar(value);
            if (text is null)
                return null;
            if (value.Kind == JsonKind.String)
                Warn("number-as-text", value.Place, $"\"{Shorten(text)}\" stands as text where a number is expected.");
            if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || Math.Abs(number) > 1_000_000 || decimal.Round(number, 6) != number)
                throw Refuse("number-out-of-range", $"\"{Shorten(text)}\" is not a number between -1,000,000 and 1,000,000 with at most 6 decimals.", value.Place);
            return number;
        }
    }
}
