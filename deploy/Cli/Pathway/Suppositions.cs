using System.Globalization;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Planning;
using Pathways.PathwayStacking.Domain.Stacking;
using Model = Pathways.PathwayStacking.Domain.Model;

namespace Pathways.Cli.Pathway;

/// <summary>What <c>--what-if</c> says: <c>have WE110</c>, <c>have WE110=3</c>, <c>without c1</c>, <c>waive we110</c>, <c>use c1 for we110</c>, <c>forbid c1 for we110</c>.</summary>
/// <remarks>A name that is nobody's is refused: supposing it would change nothing, and look like an answer.</remarks>
internal sealed class Suppositions(CompiledPathway pathway, IReadOnlyList<Evidence> held, DateTimeOffset instant)
{
    private const int MostNamed = 40;

    public Supposition Read(IEnumerable<string> phrases)
    {
        var planned = new List<Evidence>();
        var without = new List<string>();
        var interventions = new List<Intervention>();
        foreach (var phrase in phrases)
        {
            switch (phrase.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                case ["have", var what]:
                    planned.Add(Planned(what));
                    break;
                case ["without", var id]:
                    without.Add(id);
                    break;
                case ["waive", var component]:
                    interventions.Add(Exception(InterventionKind.Waiver, component, evidence: null));
                    break;
                case ["use", var id, "for", var component]:
                    interventions.Add(Exception(InterventionKind.ForcedUse, component, id));
                    break;
                case ["forbid", var id, "for", var component]:
                    interventions.Add(Exception(InterventionKind.ForbiddenUse, component, id));
                    break;
                default:
                    throw Malformed(phrase);
            }
        }

        var supposition = new Supposition(planned, without, interventions);
        return supposition.Refuse(held, instant) is { } refused
            ? throw new ProblemException(new Problem(refused.Code, 400, "This can't be supposed", refused.Message, refused.Remedy, "--what-if"))
            : supposition;
    }

    private Evidence Planned(string what)
    {
        var parts = what.Split('=', 2);
        var component = Find(parts[0]);
        var credit = component?.Credits.FirstOrDefault();
        var amount = credit?.Value;
        if (parts is [_, var stated])
            amount = decimal.TryParse(stated, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed($"have {what}");
        var name = component?.Id ?? parts[0];
        var planned = new Evidence($"planned {name}", EvidenceKind.Credential, name, [], component?.Name ?? parts[0], null, amount, credit?.Unit, credit?.Level, null, null, instant);
        // A credential by a name that is no component's can still stand for one.
        return component is not null || pathway.Concerns(planned) ? planned : throw UnknownComponent(parts[0]);
    }

    private Intervention Exception(InterventionKind kind, string name, string? evidence)
        => Find(name) is { } component
            ? new($"what-if {kind} {name}", kind, component.Id, evidence, null, null, "what-if", "what-if", "what-if")
            : throw UnknownComponent(name);

    private static ProblemException Malformed(string phrase) => new(new Problem(
        "what-if-malformed", 400, $"'{phrase}' can't be supposed", null,
        "Say: have WE110, have WE110=3, without ID, waive COMPONENT, use ID for COMPONENT, forbid ID for COMPONENT, or pathway FILE.", "--what-if"));

    private ProblemException UnknownComponent(string name)
    {
        var names = pathway.Pathway.Components.Select(component => component.CodedNotation ?? component.Id).Order(StringComparer.Ordinal).ToList();
        var more = names.Count > MostNamed ? ", …" : "";
        return new(new Problem(
            "unknown-component", 400, $"The pathway has no '{name}'", null, $"Name a component by id, code or name: {string.Join(", ", names.Take(MostNamed))}{more}.", "--what-if"));
    }

    /// <summary>By id, the end of an id, code or name: whatever a person would type.</summary>
    private Model.Component? Find(string name)
        => pathway.Pathway.Components.FirstOrDefault(component => component.Id == name)
            ?? pathway.Pathway.Components.FirstOrDefault(component => component.CodedNotation is { } code && code.Replace(" ", "").Equals(name.Replace(" ", ""), StringComparison.OrdinalIgnoreCase))
            ?? pathway.Pathway.Components.FirstOrDefault(component => component.Id.EndsWith("/" + name, StringComparison.Ordinal) || component.Id.EndsWith("#" + name, StringComparison.Ordinal) || component.Id.EndsWith(":" + name, StringComparison.Ordinal))
            ?? pathway.Pathway.Components.FirstOrDefault(component => component.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
