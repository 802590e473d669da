using System.Globalization;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Exporting;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>Reads the authoring form. Strict: what it does not know it refuses, with the place.</summary>
internal sealed class PathwayReader
{
    private readonly Names _names;

    private PathwayReader(Names names) => _names = names;

    public static Result<PathwayContent> Read(JsonValue document)
    {
        try
        {
            var fields = new Fields(document, "A pathway");
            var id = fields.Text("pathway") ?? throw Fields.Refuse(document, "\"pathway\" is missing: the pathway's IRI.", "pathway-not-found");
            if (!id.Contains(':'))
                throw Fields.Refuse(document, $"\"pathway\" is an IRI, not \"{id}\".");
            return new PathwayReader(new(fields.Text("base") ?? Names.DefaultBase(id))).ReadPathway(id, fields);
        }
        catch (AuthoringException refused)
        {
            return refused.Rejection;
        }
    }

    private PathwayContent ReadPathway(string id, Fields fields)
    {
        var components = new List<Component>();
        var written = fields.Take("components") ?? throw Fields.Refuse(fields.Value, "\"components\" is missing.", "pathway-not-found");
        foreach (var (name, value) in new Fields(written, "components").Value.Members)
            components.Add(ReadComponent(Id(name), value));
        var known = new HashSet<string>();
        foreach (var (component, index) in components.Select((component, index) => (component, index)))
        {
            if (!known.Add(component.Id))
                throw Fields.Refuse(written.Members[index].Value, $"\"{component.Id}\" names two components.", "duplicate-id");
        }

        var pathway = new Pathway(
            id, fields.Text("ctid"), fields.Text("name") ?? id, fields.Text("description"), fields.Text("owner"), fields.Text("version"),
            [.. fields.Texts("goal").Select(Id)], components, [.. fields.All("levels").Select(ReadLevel)], fields.Text("language"),
            Verbatim(fields), fields.Take("beside") is { } beside ? ReadBeside(new(beside, "beside")) : null);
        var settings = new PathwaySettings(
            [.. Map(fields, "awards").Select(award => new Award(Id(award.Key), Fields.TextOf(award.Value, "award")))],
            [.. Map(fields, "completed-by").Select(rule => new ComponentRule(Id(rule.Key), ReadCompletion(rule.Value)))],
            fields.Flag("use-once"),
            Effective: fields.Take("effective") is { } effective ? ReadEffective(new(effective, "effective")) : null);
        settings = CtdlExtension.WithRules(settings, [.. fields.All("rules").Select(ReadRule)]);
        fields.End();
        return new(pathway, settings, []);
    }

    private Component ReadComponent(string id, JsonValue value)
    {
        var fields = new Fields(value, "A component");
        var written = fields.Take("kind") ?? throw Fields.Refuse(value, "A component has a \"kind\".");
        var kinds = Enum.GetValues<ComponentKind>().ToDictionary(PathwayWriter.NameOf);
        if (!kinds.TryGetValue(written.Text, out var kind))
            throw Fields.Refuse(written, $"\"{written.Text}\" is no kind of component. Known: {string.Join(", ", kinds.Keys)}.");
        var usual = CtdlTerms.Component($"{kind}Component")!.Value.MetBy;
        var component = new Component(
            id, fields.Text("ctid"), kind, fields.Take("met-by") is { } metBy ? ReadCompletion(metBy) : usual, fields.Text("name") ?? id, fields.Text("description"), fields.Text("code"),
            fields.Texts("proxy-for"), fields.Text("category"), fields.Text("credential-type"), fields.Text("term"), [.. fields.All("credits").Select(ReadCredit)],
            [.. fields.All("requires").Select(ReadCondition)], Ids(fields, "precedes"), Ids(fields, "preceded-by"), Ids(fields, "prerequisites"), Ids(fields, "children"),
            fields.Texts("levels"), Verbatim(fields));
        fields.End();
        return component;
    }

    private Condition ReadCondition(JsonValue value)
    {
        if (value.Kind == JsonKind.String)
            return new(null, null, null, RequiredNumber: null, Operator: null, [Id(value.Text)], [], []);
        var fields = new Fields(value, "A condition");
        if (fields.TakeFirst(name => name is "all" or "any" or "one" or "and" || NumberIn(name) is not null) is not var (way, parts))
            throw Fields.Refuse(value, "A condition has its parts in \"all\", \"any\", \"one\", \"and\", or in \"2 of\".");
        var number = NumberIn(way);
        var logic = way switch
        {
            "any" => LogicalOperator.Or,
            "one" => LogicalOperator.OnlyOne,
            "and" => LogicalOperator.And,
            _ => fields.Take("operator") is { } name ? ReadOperator(name) : (LogicalOperator?)null,
        };
        var items = parts.Kind == JsonKind.Null ? [] : Fields.Items(parts);
        var targets = new List<string>();
        foreach (var item in items.Where(item => item.Kind != JsonKind.Object))
        {
            var target = Id(Fields.TextOf(item, way));
            if (targets.Contains(target))
                throw Fields.Refuse(item, $"\"{target}\" is named twice.", "duplicate-target");
            targets.Add(target);
        }

        var condition = new Condition(
            fields.Text("id"), fields.Text("name"), fields.Text("description"), number, logic, targets, [.. items.Where(item => item.Kind == JsonKind.Object).Select(ReadCondition)],
            [.. fields.All("where").Select(ReadConstraint)], fields.Whole("elided") ?? 0, Verbatim(fields));
        fields.End();
        return condition;
    }

    private static Constraint ReadConstraint(JsonValue value)
    {
        if (value.Kind == JsonKind.String)
            return ConstraintText.Read(value.Text) ?? throw Fields.Refuse(value, $"\"{value.Text}\" is no constraint. Write it as \"grade >= D\" or \"Sum(value) >= 90\".");
        var fields = new Fields(value, "A constraint");
        var line = fields.Take("is") is { } written ? ReadConstraint(written) : null;
        var constraint = new Constraint(
            fields.Text("id"), fields.Text("name"), fields.Text("description"), line?.LeftSource ?? fields.Texts("left"), line?.LeftAction ?? fields.Text("left-action"),
            line?.Comparator ?? fields.Text("comparator") ?? "", line?.RightSource ?? fields.Texts("right"), line?.RightAction ?? fields.Text("right-action"), Verbatim(fields));
        fields.End();
        return constraint;
    }

    private static CreditValue ReadCredit(JsonValue value)
    {
        CreditValue credit;
        if (value.Kind == JsonKind.Object)
        {
            var fields = new Fields(value, "A credit value");
            credit = new(fields.Number("value"), fields.Number("min"), fields.Number("max"), Unit(fields.Text("unit")), fields.Text("level"));
            fields.End();
        }
        else
        {
            credit = CreditText.Read(value.Text) ?? throw Fields.Refuse(value, $"\"{value.Text}\" is no amount of credit. Write it as \"3 creditUnit:SemesterHour\".");
            credit = credit with { Value = Fields.NumberOf(JsonValue.OfText(credit.Value!.Value.ToString(CultureInfo.InvariantCulture), value)), Unit = Unit(credit.Unit) };
        }

        return credit.Value < 0 || credit.Minimum < 0 || credit.Maximum < 0 ? throw Fields.Refuse(value, "Credit is never negative.", "number-out-of-range") : credit;

        static string? Unit(string? written) => written is null ? null : CtdlTerms.CreditUnit(written).Unit;
    }

    private static ProgressionLevel ReadLevel(JsonValue value)
    {
        var fields = new Fields(value, "A level");
        var id = fields.Text("id") ?? throw Fields.Refuse(value, "A level has an \"id\".");
        var level = new ProgressionLevel(id, fields.Text("name") ?? id, fields.Text("precedes"), Verbatim(fields));
        fields.End();
        return level;
    }

    private PathwayRule ReadRule(JsonValue value)
    {
        var fields = new Fields(value, "A rule");
        var kind = fields.Text("rule") ?? throw Fields.Refuse(value, "A rule says which \"rule\" it is.");
        var read = RuleReader.Read(kind, [.. value.Members.Where(member => member.Key != "rule")], value.Place);
        if (!read.IsAccepted)
            throw new AuthoringException(read.Rejection);
        var rule = read.Value with { Of = read.Value.Of is { } of ? [.. of.Select(Id)] : null };
        return rule.Kind == RuleKind.Prerequisite ? rule with { Items = [.. rule.Items!.Select(Id)] } : rule;
    }

    private static EffectivePeriod ReadEffective(Fields fields)
    {
        var period = new EffectivePeriod(fields.Day("from"), fields.Day("until"), fields.Take("cohorts") is { } cohorts ? [.. Fields.Items(cohorts).Select(cohort => Fields.TextOf(cohort, "cohort"))] : null);
        fields.End();
        return period;
    }

    private static SourceDocument ReadBeside(Fields fields)
    {
        var beside = new SourceDocument(Elements("contexts"), Elements("graphs"), Elements("nodes"));
        fields.End();
        return beside;

        IReadOnlyList<System.Text.Json.JsonElement> Elements(string name) => [.. fields.All(name).Select(Fields.ElementOf)];
    }

    private static IReadOnlyList<Verbatim>? Verbatim(Fields node)
    {
        if (node.Take("verbatim") is not { } all)
            return null;
        return [.. Fields.Items(all).Select(Kept)];

        static Verbatim Kept(JsonValue value)
        {
            var fields = new Fields(value, "What is kept verbatim");
            var members = fields.Take("members") ?? throw Fields.Refuse(value, "\"members\" is missing.");
            var kept = new Verbatim(Fields.ElementOf(members), fields.Text("instead-of"), fields.Text("fits"));
            fields.End();
            return kept;
        }
    }

    private static CompletionRule ReadCompletion(JsonValue value) => value.Text switch
    {
        "evidence" => CompletionRule.Evidence,
        "conditions" => CompletionRule.Conditions,
        _ => throw Fields.Refuse(value, $"A component is completed by \"evidence\" or by \"conditions\", not by \"{value.Text}\"."),
    };

    private static LogicalOperator ReadOperator(JsonValue value) => value.Text switch
    {
        "and" => LogicalOperator.And,
        "or" => LogicalOperator.Or,
        "only-one" => LogicalOperator.OnlyOne,
        _ => throw Fields.Refuse(value, $"\"{value.Text}\" is no operator: and, or, only-one."),
    };

    private static int? NumberIn(string name)
        => name.EndsWith(" of", StringComparison.Ordinal) && int.TryParse(name.AsSpan(0, name.Length - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IReadOnlyList<KeyValuePair<string, JsonValue>> Map(Fields fields, string name) => fields.Take(name) is { } map ? new Fields(map, name).Value.Members : [];

    private List<string> Ids(Fields fields, string name) => [.. fields.Texts(name).Select(Id)];

    private string Id(string name) => _names.Full(name);
}
