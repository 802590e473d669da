using System.Text.Json.Serialization;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Model;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>A registrar's exception for one learner's stack: a fact with an author, an authority and a reason, never an edit of the pathway.</summary>
/// <param name="Id">Unique in its stack.</param>
/// <param name="ComponentId">What it is about.</param>
/// <param name="EvidenceId">Of substitution, forced and forbidden use, and lock.</param>
/// <param name="Condition">Of a changed limit: which condition of the component, <c>1</c> the first, <c>1.2</c> the second nested in the first.</param>
/// <param name="Limit">Of a changed limit: the required number.</param>
/// <param name="Author">Who decided; no personal data, an account's id.</param>
/// <param name="Authority">In which office or under which rule.</param>
/// <param name="ExpiresAt">From this instant on it counts no more.</param>
public sealed record Intervention(
    string Id,
    InterventionKind Kind,
    string ComponentId,
    string? EvidenceId,
    string? Condition,
    int? Limit,
    string Author,
    string Authority,
    string Reason,
    DateTimeOffset? ExpiresAt = null)
{
    public Rejection? Refuse(Pathway pathway)
    {
        if (new[] { Id, Author, Authority, Reason }.Any(string.IsNullOrWhiteSpace))
            return Rejection.Invalid("intervention-incomplete", "An intervention needs an id, an author, an authority and a reason.", "State who decides, in which office, and why.", Missing());
        var isAboutUse = Kind is InterventionKind.Substitution or InterventionKind.ForcedUse or InterventionKind.ForbiddenUse or InterventionKind.Lock;
        if (isAboutUse && string.IsNullOrWhiteSpace(EvidenceId))
            return Rejection.Invalid("intervention-incomplete", $"{Kind} needs the evidence it is about.", "Name the evidence; with the intervention, when the stack does not hold it.", "/evidenceId");
        if (pathway.Components.FirstOrDefault(component => component.Id == ComponentId) is not { } component)
            return Rejection.Invalid("unknown-component", $"\"{ComponentId}\" is not a component of the pathway.", "Take a component's id from the pathway.", "/componentId");
        if (Kind == InterventionKind.ChangedLimit && (Limit is null or < 0 || FindCondition(component) is null))
            return Rejection.Invalid("unknown-condition", $"\"{component.Name}\" has no condition {Condition} to limit to {Limit}.", "Number the component's conditions from 1, nested ones as 1.2, and give a limit of at least 0.", "/condition");
        return null;
    }

    private string Missing() => string.IsNullOrWhiteSpace(Id) ? "/id" : string.IsNullOrWhiteSpace(Author) ? "/author" : string.IsNullOrWhiteSpace(Authority) ? "/authority" : "/reason";

    private Condition? FindCondition(Component component)
    {
        var conditions = component.Conditions;
        Condition? found = null;
        foreach (var part in (Condition ?? "").Split('.'))
        {
            if (!int.TryParse(part, out var number) || number < 1 || number > conditions.Count)
                return null;
            found = conditions[number - 1];
            conditions = found.Conditions;
        }

        return found;
    }
}

[JsonConverter(typeof(JsonStringEnumConverter<InterventionKind>))]
public enum InterventionKind
{
    /// <summary>The component counts as met.</summary>
    Waiver,

    /// <summary>Somebody vouches for what no evidence can decide at the component.</summary>
    Attestation,

    /// <summary>The evidence fills the component, though nothing in it says so.</summary>
    Substitution,

    /// <summary>The evidence is used for this component and for nothing else.</summary>
    ForcedUse,

    /// <summary>The evidence is not used for this component.</summary>
    ForbiddenUse,

    /// <summary>Another required number for one condition.</summary>
    ChangedLimit,

    /// <summary>The evidence stays used for this component as it was decided, whatever a later version of the pathway says.</summary>
    Lock,
}
