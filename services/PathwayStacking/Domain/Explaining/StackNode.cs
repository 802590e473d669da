using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Explaining;

/// <summary>A decision as the tree of its requirements, for people: what is met, by what, and where something is missing.</summary>
/// <param name="ComponentId">Null for a condition.</param>
/// <param name="Text">Its name; of a group without one how many of its children it wants: "2 of 3", "all of".</param>
/// <param name="Needs">How many of the children; null when the node has none to choose from.</param>
/// <param name="OnTheWay">Part of the way that the engine proposes.</param>
/// <param name="Evidence">Ids of what is used here.</param>
/// <param name="Note">What else there is to say: a waiver, a repetition.</param>
public sealed record StackNode(
    string? ComponentId, string Text, int? Needs, Verdict Verdict, bool OnTheWay, IReadOnlyList<string> Evidence, IReadOnlyList<StackNode> Children, string? Note = null)
{
    /// <param name="kept">The uses of the decision before, as for the decision itself.</param>
    public static StackNode Of(CompiledPathway pathway, IReadOnlyList<Evidence> evidence, DateTimeOffset instant, IReadOnlyList<EvidenceUse>? kept = null)
    {
        var held = pathway.Credentials(evidence, instant);
        var evaluation = pathway.Evaluate(held, instant, kept);
        var root = new Growing(pathway, evaluation, [.. held.Select(pair => pair.Evidence.Id)]).Node(pathway.Graph.Root);
        // A pathway is often called as its only goal is: said once.
        return root.Children is [var only] && only.Text == root.Text ? only : root;
    }

    private sealed class Growing(CompiledPathway pathway, Evaluation evaluation, IReadOnlyList<string> evidence)
    {
        private readonly ILookup<int, string> _uses = evaluation.Uses.ToLookup(use => use.Leaf, use => evidence[use.Credential]);
        private readonly HashSet<int> _shown = [];

        // As deep as the pathway is, and a published pathway is not deep; a chain that is gets cut.
        public StackNode Node(int node, int depth = 0)
        {
            var place = pathway.PlaceOf(node);
            var outcome = evaluation.Outcomes[node];
            var isAgain = !_shown.Add(node) && pathway.Graph.ChildrenOf(node).Length > 0;
            var parts = isAgain || depth > 100 ? [] : Parts(node).ToList();
            var shown = parts.Where(part => !IsItself(part, node)).ToList();
            var used = parts.Where(part => IsItself(part, node)).Prepend(node).SelectMany(leaf => _uses[leaf]).Distinct().ToList();
            var waiver = place.ComponentId is { } id ? pathway.Interventions.FirstOrDefault(granted => granted.Kind == InterventionKind.Waiver && granted.ComponentId == id) : null;
            var note = waiver is not null ? $"waived: {waiver.Reason}" : isAgain ? "shown above" : pathway.Graph.Nodes[node] is Attestation ? "needs attestation" : null;
            return new(
                place.ComponentId, TextOf(node, shown.Count), Needs(node, shown.Count), outcome.Verdict, outcome.Chosen, used, [.. shown.Select(part => Node(part, depth + 1))], note);
        }

        /// <summary>A group without a name says how many of its children it wants; and an IRI that stands for a name is said once.</summary>
        private string TextOf(int node, int shown)
        {
            var place = pathway.PlaceOf(node);
            if (place.IsUnnamed && shown > 1 && pathway.Graph.Nodes[node] is SomeOf group)
                return group.Required < shown ? $"{group.Required} of {shown}" : "all of";
            return place.ComponentId is null && place.OwnerId is { } owner ? place.Text.Replace($"\"{owner}\", ", "", StringComparison.Ordinal) : place.Text;
        }

        /// <summary>Children, without the groups that only hold together what belongs to one component, or hold one child without a name of their own.</summary>
        private IEnumerable<int> Parts(int node)
        {
            var place = pathway.PlaceOf(node);
            var component = place.ComponentId ?? (pathway.Graph.Nodes[node] is Tally ? place.OwnerId : null);
            foreach (var child in pathway.Graph.ChildrenOf(node).ToArray())
            {
                var isHolder = pathway.Graph.Nodes[child] is SomeOf or Tally && pathway.PlaceOf(child).ComponentId is { } id && id == component;
                foreach (var part in isHolder || IsBare(child) ? Parts(child) : [child])
                    yield return part;
            }
        }

        private bool IsBare(int node) => pathway.Graph.Nodes[node] is SomeOf { Required: 1 } && pathway.PlaceOf(node).IsUnnamed && pathway.Graph.ChildrenOf(node).Length == 1;

        /// <summary>The leaf for evidence of the component itself: no requirement beside its conditions, but what may stand in for them.</summary>
        private bool IsItself(int part, int node) => pathway.Graph.Nodes[part] is Leaf && pathway.PlaceOf(node).ComponentId is { } id && pathway.PlaceOf(part).ComponentId == id;

        private int? Needs(int node, int shown) => pathway.Graph.Nodes[node] is SomeOf group && shown > 1 && pathway.PlaceOf(node).ComponentId is null && group.Required < shown ? group.Required : null;
    }
}
