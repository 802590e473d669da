namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// Judges a requirement graph against credentials: exactly, and always in the same way. The best way misses least; of those it is the one
/// that stands on the least doubt, then uses least, then keeps most of the published allocation, then is liked best by the pathway's owner; what is
/// equal even then is decided by the order of keys and ids, and by nothing else.
/// </summary>
public static class Evaluator
{
    /// <summary>Part of every decision hash: raise it whenever a decision may change, by the engine, by what a pathway is compiled to, or by the words for what is missing.</summary>
    public const string Version = "9";

    public const long DefaultBudget = 50_000;

    [ThreadStatic]
    private static Workspace? _workspace;

    public static Evaluation Evaluate(RequirementGraph graph, IReadOnlyList<Credential> credentials, long budget)
        => Evaluate(graph, credentials, new Question(Budget: budget));

    public static Evaluation Evaluate(RequirementGraph graph, IReadOnlyList<Credential> credentials, Question? question = null)
    {
        var workspace = _workspace ??= new();
        workspace.Evaluate(graph, credentials, question);
        return workspace.ToEvaluation();
    }
}
