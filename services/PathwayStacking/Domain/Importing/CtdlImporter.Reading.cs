using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Domain.Importing;

public static partial class CtdlImporter
{
    /// <summary>From nodes to the model, one method per CTDL class.</summary>
    private sealed partial class DocumentImport
    {
        private Pathway ReadPathway(CtdlNode node, Dictionary<string, Component> components, PathwaySettings settings, bool alone)
        {
            var id = node.Id ?? throw Refuse("pathway-not-found", "The pathway has no @id.", node.Place);
            var destinations = node.Texts("hasDestinationComponent").Distinct().ToList();
            if (destinations.Count == 0)
                destinations = FindDestination(node, components);
            var members = alone ? components.Values.ToList() : PathwayGraph.Closure(destinations.Concat(node.Texts("hasPart", "hasChild")), components);
            var pathway = new Pathway(
                id,
                node.FirstText("ctid"),
                node.HumanText("name") ?? id,
                node.HumanText("description"),
                node.FirstText("ownedBy", "offeredBy"),
                node.FirstText("versionIdentifier", "versionCode"),
                destinations,
                members,
                ReadProgressionLevels(),
                _language);
            return pathway with { Verbatim = Kept(node, _members.Of(pathway, settings), CtdlProperties.OfPathway) };
        }

        private List<string> FindDestination(CtdlNode pathway, Dictionary<string, Component> components)
        {
            var named = _nodes.Where(node => node.Has("isDestinationComponentOf") || node.Has("isDestinationComponentFor")).Select(node => node.Id).OfType<string>().ToList();
            if (named.Count == 0)
            {
                var targeted = components.Values.SelectMany(component => component.Conditions.SelectMany(AllTargets)).ToHashSet();
                named = [.. components.Values.Where(component => component.Conditions.Count > 0 && !targeted.Contains(component.Id)).Select(component => component.Id)];
            }

            if (named.Count != 1)
            {
                throw Refuse(
                    "pathway-without-destination", $"The pathway names no hasDestinationComponent, and {named.Count} components could be it.", pathway.Place);
            }

            Warn("destination-assumed", pathway.Place, $"The pathway names no hasDestinationComponent; \"{named[0]}\" was taken, which nothing else requires.");
            return named;
        }

        private Dictionary<string, Component> ReadComponents()
        {
            var components = new Dictionary<string, Component>();
            var targeted = new Lazy<HashSet<string>>(() => [.. _nodes.SelectMany(node => node.Texts("hasChild", "hasPart", "hasDestinationComponent"))]);
            foreach (var node in _nodes)
            {
                if (node.Id is null)
                    continue;
                var kind = node.Types.Select(CtdlTerms.Component).FirstOrDefault(found => found is not null);
                if (kind is null && node.Types.FirstOrDefault(CtdlTerms.IsCredentialClass) is { } type && targeted.Value.Contains(node.Id))
                {
                    // A certification is taken, not put together: the one below it in the path is what one needs before.
                    kind = (ComponentKind.Credential, CompletionRule.Evidence);
                    Warn("credential-as-component", node.Place, $"{type} stands where a CredentialComponent is expected; it was read as one that only evidence of itself meets.");
                }

                if (kind is var (componentKind, metBy))
                    components[node.Id] = ReadComponent(node, componentKind, metBy);
            }

            return components;
        }

        private Component ReadComponent(CtdlNode node, ComponentKind kind, CompletionRule metBy)
        {
            var proxies = node.Texts("proxyFor", "proxyForItems", "sourceData", "sourceItem").Where(proxy => !IsElided(proxy)).Distinct().ToList();
            // The thing itself may be in the document: it lends the component what the component does not say.
            var things = proxies.Select(proxy => _byId.GetValueOrDefault(proxy)).OfType<CtdlNode>().Prepend(node).ToList();
            var credits = things.Select(ReadCredits).FirstOrDefault(found => found.Count > 0) ?? [];
            metBy = node.FirstText("metBy") switch
            {
                "evidence" => CompletionRule.Evidence,
                "conditions" => CompletionRule.Conditions,
                _ => metBy,
            };
            var component = new Component(
                node.Id!,
                node.FirstText("ctid"),
                kind,
                metBy,
                node.HumanText("name") ?? things.Select(thing => thing.HumanText("name")).FirstOrDefault(name => name is not null) ?? node.Id!,
                node.HumanText("description"),
                things.Select(thing => thing.FirstText("codedNotation") ?? CourseNumber(thing)).FirstOrDefault(code => code is not null),
                proxies,
                node.FirstText("componentCategory"),
                node.FirstText("credentialType"),
                node.HumanText("programTerm"),
                credits,
                [.. node.Values("hasCondition").Select(condition => ReadCondition(condition, seen: [])).OfType<Condition>()],
                [.. node.Texts("precedes")],
                [.. node.Texts("precededBy")],
                [.. node.Texts("prerequisite")],
                [.. node.Texts("hasChild").Distinct()],
                [.. node.Texts("hasProgressionLevel")]);
            return component with { Verbatim = Kept(node, _members.Of(component), CtdlProperties.OfComponent) };
        }

        private static string? CourseNumber(CtdlNode node)
            => node.Values("identifier").Where(value => value.Kind == JsonKind.Object).Select(value => new CtdlNode(value).FirstText("identifierValueCode")).FirstOrDefault(code => code is not null);

        private List<CreditValue> ReadCredits(CtdlNode component)
        {
            var credits = new List<CreditValue>();
            foreach (var value in component.Values("creditValue"))
            {
                if (value.Kind == JsonKind.Object && Resolve(value) is { } profile)
                    credits.Add(ReadCredit(profile));
                else if (Number(value) is { } amount)
                    credits.Add(new(amount, null, null, Unit: null, Level: null));
            }

            return credits;
        }

        private CreditValue ReadCredit(CtdlNode profile)
        {
            var unit = profile.FirstText("creditUnitType", "unitText");
            if (unit is not null)
            {
                var (meant, corrected) = CtdlTerms.CreditUnit(unit);
                if (corrected)
                    Warn("unit-misspelt", profile.Place, $"\"{unit}\" was read as \"{meant}\".");
                unit = meant;
            }

            var amounts = new[] { "value", "minValue", "maxValue" }.Select(property => profile.Values(property).Select(Number).FirstOrDefault()).ToArray();
            if (amounts.Any(amount => amount < 0))
                throw Refuse("number-out-of-range", "Credit is never negative.", profile.Place);
            return new(amounts[0], amounts[1], amounts[2], unit, profile.FirstText("creditLevelType") is { } level ? CtdlTerms.Level(level) : null);
        }

        private Condition? ReadCondition(JsonValue value, HashSet<string> seen)
        {
            if (Resolve(value) is not { } node)
            {
                Warn("unknown-condition", value.Place, $"The condition \"{CtdlNode.Scalar(value)}\" is not in the document, and was read as one that nobody can judge.");
                var unknown = new Condition(CtdlNode.Scalar(value), null, null, RequiredNumber: null, Operator: null, [], [], []);
                return unknown with { Verbatim = Verbatims.Find([], _members.Of(unknown), CtdlProperties.OfCondition) };
            }

            if (node.Id is { } id && !seen.Add(id))
                throw Refuse("pathway-cyclic", $"The condition \"{id}\" contains itself.", node.Place);
            var targets = new List<string>();
            var elided = 0;
            foreach (var target in node.Texts("targetComponent"))
            {
                if (ElidedTargets.Match(target) is { Success: true } match)
                    elided += int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
                else if (IsElided(target))
                    elided++;
                else if (targets.Contains(target))
                    Warn("duplicate-target", node.Place, $"\"{target}\" is named twice; it counts once.");
                else
                    targets.Add(target);
            }

            if (elided > 0)
                Warn("targets-elided", node.Place, $"The document leaves out {elided} target(s); the {targets.Count} it names were kept, the others nobody can judge.");
            var condition = new Condition(
                node.Id,
                node.HumanText("name"),
                node.HumanText("description"),
                RequiredNumber(node),
                node.FirstText("logicalOperator", "logicalOperand") is { } logic ? ReadOperator(logic, node) : null,
                targets,
                [.. node.Values("hasCondition").Select(nested => ReadCondition(nested, seen)).OfType<Condition>()],
                [.. node.Values("hasConstraint", "requiredConstraints").Select(ReadConstraint)],
                elided);
            if (node.Id is not null)
                seen.Remove(node.Id);
            return condition with { Verbatim = Kept(node, _members.Of(condition), CtdlProperties.OfCondition) };
        }

        private int? RequiredNumber(CtdlNode node)
        {
            var value = node.Values("requiredNumber").FirstOrDefault();
            if (value is null && node.FirstText("leftOperand") is { } left && left.StartsWith("req", StringComparison.OrdinalIgnoreCase))
            {
                value = node.Values("rightOperand").FirstOrDefault();
                Warn("old-syntax", node.Place, "leftOperand, operand and rightOperand of 2018 were read as requiredNumber.");
            }

            if (value is null || Number(value) is not { } number)
                return null;
            if (number < 0 || number != decimal.Truncate(number))
                throw Refuse("number-out-of-range", $"requiredNumber is {number}: a whole number from 0 up is expected.", value.Place);
            return (int)number;
        }

        private LogicalOperator? ReadOperator(string concept, CtdlNode node)
        {
            var found = CtdlTerms.Operator(concept);
            if (found is null)
                Warn("unknown-operator", node.Place, $"\"{concept}\" is no logical operator of CTDL; all parts are required.");
            return found;
        }

        private Constraint ReadConstraint(JsonValue value)
        {
            if (Resolve(value) is not { } node)
            {
                Warn("unknown-constraint", value.Place, $"The constraint \"{CtdlNode.Scalar(value)}\" is not in the document: nobody can judge it.");
                var unknown = new Constraint(CtdlNode.Scalar(value), null, null, [], null, "", [], null);
                return unknown with { Verbatim = Verbatims.Find([], _members.Of(unknown), CtdlProperties.OfConstraint) };
            }

            var constraint = new Constraint(
                node.Id,
                node.HumanText("name"),
                node.HumanText("description"),
                [.. node.Texts("leftSource", "leftOperand")],
                node.FirstText("leftAction") is { } left ? CtdlTerms.LocalName(left) : null,
                CtdlTerms.Comparator(node.FirstText("comparator", "operand") ?? ""),
                [.. node.Texts("rightSource", "rightOperand")],
                node.FirstText("rightAction") is { } right ? CtdlTerms.LocalName(right) : null);
            return constraint with { Verbatim = Kept(node, _members.Of(constraint), CtdlProperties.OfConstraint) };
        }

        private List<ProgressionLevel> ReadProgressionLevels() => [.. _nodes.Where(node => node.Id is not null && node.Types.Contains("ProgressionLevel")).Select(ReadLevel)];

        private ProgressionLevel ReadLevel(CtdlNode node)
        {
            var level = new ProgressionLevel(node.Id!, node.HumanText("prefLabel") ?? node.HumanText("name") ?? node.Id!, node.FirstText("precedes"));
            return level with { Verbatim = Kept(node, _members.Of(level), CtdlProperties.OfLevel) };
        }

        /// <summary>What export would lose of the node; the node is part of the model from now on.</summary>
        private IReadOnlyList<Verbatim>? Kept(CtdlNode node, JsonObject written, IReadOnlyList<string[]> properties)
        {
            if (node.Id is { } id)
                _read.Add(id);
            return Verbatims.Find(node.Value.ToNode()!.AsObject(), written, properties);
        }

        /// <summary>What the document says beside its pathways; null when that is nothing.</summary>
        private SourceDocument? Beside(List<ImportedPathway> pathways)
        {
            var members = pathways.SelectMany(imported => imported.Pathway.Components).Select(component => component.Id).ToHashSet();
            var nodes = _nodes.Where(node => node.Id is null || !_read.Contains(node.Id) || (node.Types.Any(type => CtdlTerms.Component(type) is not null) && !members.Contains(node.Id)))
                .Where(node => node.Value.Members.Count > 0).Select(node => AsElement(node.Value)).ToList();
            var graphs = _graphs.Select(graph => graph with { Members = [.. graph.Members.Where(member => member.Key is not ("@graph" or "graph" or "@context"))] })
                .Where(graph => graph.Members.Count > 0).Select(AsElement).ToList();
            return nodes.Count + graphs.Count + _contexts.Count == 0 ? null : new([.. _contexts.Select(AsElement)], graphs, nodes);
        }

        /// <summary>The language that most texts are in; null when none says so.</summary>
        private string? CommonLanguage()
            => _nodes.SelectMany(node => node.Values("name", "description"))
                .SelectMany(text => text.Members.Select(member => member.Key == "@language" ? member.Value.Text : member.Key).Where(JsonMeaning.IsLanguage))
                .CountBy(language => language).OrderByDescending(language => language.Value).ThenBy(language => language.Key, StringComparer.Ordinal)
                .Select(language => language.Key).FirstOrDefault();

        private static JsonElement AsElement(JsonValue value) => JsonSerializer.SerializeToElement(value.ToNode());

        private static bool Same(JsonValue left, JsonValue right) => JsonNode.DeepEquals(left.ToNode(), right.ToNode());

        /// <summary>An embedded node, or the node that a reference names; null when the document does not have it.</summary>
        private CtdlNode? Resolve(JsonValue value)
        {
            var isReference = value.Kind == JsonKind.String || (value.Kind == JsonKind.Object && value.Members is [{ Key: "@id" or "id" }]);
            if (isReference)
                return CtdlNode.Scalar(value) is { } id ? _byId.GetValueOrDefault(id) : null;
            return value.Kind == JsonKind.Object ? new(value) : null;
        }

        private static bool IsElided(string id) => id.EndsWith("...", StringComparison.Ordinal) || id.EndsWith('…') || ElidedTargets.IsMatch(id);
    }
}
