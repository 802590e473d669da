using System.Globalization;
using Pathways.PathwayStacking.Domain.Planning;
using Pathways.PathwayStacking.Domain.Stacking;
using Model = Pathways.PathwayStacking.Domain.Model;

namespace Pathways.Cli.Pathway;

/// <summary>What <c>--what-if</c> says: <c>have WE110</c>, <c>have WE110=3</c>, <c>without c1</c>, <c>waive we110</c>, <c>use c1 for we110</c>, <c>forbid c1 for we110</c>.</summary>
internal sealed class Suppositions(Model.Pathway pathway, DateTimeOffset instant)
{
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
                    throw new ProblemException(new Problem(
                        "what-if-malformed", 400, $"'{phrase}' can't be supposed", null,
                        "Say: have WE110, have WE110=3, without ID, waive COMPONENT, use ID for COMPONENT, forbid ID for COMPONENT, or pathway FILE.", "--what-if"));
            }
        }

        return new(planned, without, interventions);
    }

    private Evidence Planned(string what)
    {
        var parts = what.Split('=');
        var component = Find(parts[0]);
        var credit = component?.Credits.FirstOrDefault();
        var amount = parts.Length > 1 ? decimal.Parse(parts[1], CultureInfo.InvariantCulture) : credit?.Value;
        var name = component?.Id ?? parts[0];
        return new($"planned {name}", EvidenceKind.Credential, name, [], component?.Name ?? parts[0], null, amount, credit?.Unit, credit?.Level, null, null, instant);
    }

    private Intervention Exception(InterventionKind kind, string component, string? evidence)
        => new($"what-if {kind} {component}", kind, Find(component)?.Id ?? component, evidence, null, null, "what-if", "what-if", "what-if");

    /// <summary>By id, the end of an id, code or name: whatever a person would type.</summary>
    private Model.Component? Find(string name)
        => pathway.Components.FirstOrDefault(component => component.Id == name)
            ?? pathway.Components.FirstOrDefault(component => component.CodedNotation is { } code && code.Replace(" ", "").Equals(name.Replace(" ", ""), StringComparison.OrdinalIgnoreCase))
            ?? pathway.Components.FirstOrDefault(component => component.Id.EndsWith("/" + name, StringComparison.Ordinal) || component.Id.EndsWith("#" + name, StringComparison.Ordinal) || component.Id.EndsWith(":" + name, StringComparison.Ordinal))
            ?? pathway.Components.FirstOrDefault(component => component.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
