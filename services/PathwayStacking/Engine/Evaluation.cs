using System.Runtime.InteropServices;
using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What the engine found: a verdict for each node and which credential it used for which leaf.</summary>
/// <param name="Verdict">Of the root.</param>
/// <param name="Missing">How far the root is from what the verdict's reading asks: one for each missing credential or credit, times its leaf's weight.</param>
/// <param name="Outcomes">By index in <see cref="RequirementGraph.Nodes"/>.</param>
/// <param name="Uses">Ordered by leaf, then by credential.</param>
/// <param name="Certificate">Why the verdict holds.</param>
/// <param name="ProvenOptimal">False when the search budget ran out: the result is legal, but perhaps less could be missing: the verdict is unknown unless it is satisfied or can be refuted in short. False also when the proof of a
/// refusal came to a way instead. A person should look.</param>
/// <param name="Refined">False when the budget ran out later: no less can be missing, but perhaps fewer or better liked uses would do.</param>
public sealed record Evaluation(
    Verdict Verdict, Rational Missing, IReadOnlyList<NodeOutcome> Outcomes, IReadOnlyList<Use> Uses, Certificate Certificate, bool ProvenOptimal, bool Refined = true);

/// <summary>What an evaluation is asked beside requirements and credentials.</summary>
/// <param name="At">The instant it is about: what is awarded later, or has expired by then, does not count. Null: dates are not looked at, and recency is unknown.</param>
/// <param name="Published">The uses of the last published allocation, by the same indexes: they are kept unless a change helps.</param>
/// <param name="Budget">Search steps to miss least; real pathways need a handful.</param>
public sealed record Question(DateTimeOffset? At = null, IReadOnlyList<Use>? Published = null, long Budget = Evaluator.DefaultBudget)
{
    internal static Question Plain { get; } = new();
}

/// <param name="Verdict">On the proposed way by what was really used; elsewhere by what the node could reach on its own, with unknown
/// told from not satisfied only where the root is not satisfied.</param>
/// <param name="Have">Leaf: credentials used; group: children of its best way that are satisfied.</param>
/// <param name="Chosen">Part of the way the engine proposes; of an "any of" usually one child.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct NodeOutcome(Verdict Verdict, int Have, bool Chosen);

/// <summary>One credential used for one leaf, by their indexes.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Use(int Leaf, int Credential);
