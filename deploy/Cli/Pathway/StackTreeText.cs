using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.Cli.Pathway;

/// <summary>The tree of a decision in lines.</summary>
internal sealed class StackTreeText(Terminal terminal, IReadOnlyList<Evidence> evidence)
{
    private readonly Dictionary<string, string> _names = evidence.ToDictionary(item => item.Id, item => item.Name ?? item.AchievementId);

    public void Print(StackNode root) => Print(root, first: "", rest: "");

    private void Print(StackNode node, string first, string rest)
    {
        terminal.Line($"{first}{Sign(node.Verdict)} {node.Text}{About(node)}");
        for (var index = 0; index < node.Children.Count; index++)
        {
            var isLast = index == node.Children.Count - 1;
            Print(node.Children[index], rest + (isLast ? "└─ " : "├─ "), rest + (isLast ? "   " : "│  "));
        }
    }

    private string About(StackNode node)
    {
        var about = new List<string>();
        if (node.Needs is { } needs && $"{needs} of {node.Children.Count}" is var rule && rule != node.Text) about.Add(rule);
        if (node.Evidence.Count > 0) about.Add("by " + string.Join(", ", node.Evidence.Select(id => NameOf(id, node))));
        if (node.Note is { } note) about.Add(note);
        return about.Count == 0 ? "" : $"  [{string.Join("; ", about)}]";
    }

    /// <summary>Where it would only repeat the IRI of the node, by its own id.</summary>
    private string NameOf(string id, StackNode node) => _names.GetValueOrDefault(id) is { } name && name != node.ComponentId ? name : id;

    private static string Sign(Verdict verdict) => verdict switch
    {
        Verdict.Satisfied => "✓",
        Verdict.Unknown => "?",
        _ => "○",
    };
}
