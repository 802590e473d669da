using System.Globalization;
using System.Security;
using System.Text;
using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>The tree of a decision as an SVG picture: the goal on the left, its requirements to the right, each with its state in colour and in a sign.</summary>
public static class StackDrawing
{
    private const int BoxWidth = 250;
    private const int BoxHeight = 40;
    private const int ColumnGap = 46;
    private const int RowGap = 10;
    private const int Margin = 24;
    private const int Header = 92;
    private const int LongestText = 36;
    private const int MostRows = 400;

    public static string Draw(string title, StackNode root, StackEvaluated decision, IReadOnlyDictionary<string, string> evidenceNames)
    {
        var placed = new List<Box>();
        var rows = 0;
        var shown = root.Children.Count == 1 && root.ComponentId is null ? root.Children[0] : root;
        Place(shown, column: 0, placed, ref rows);
        var leftOut = Count(shown) - placed.Count;
        var width = (2 * Margin) + ((placed.Max(box => box.Column) + 1) * (BoxWidth + ColumnGap)) - ColumnGap;
        var height = Header + (2 * Margin) + (rows * (BoxHeight + RowGap));
        var svg = new StringBuilder();
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title description" viewBox="0 0 {Math.Max(width, 620)} {height}" width="{Math.Max(width, 620)}" height="{height}" font-family="'DejaVu Sans', Verdana, sans-serif" font-size="12">"""));
        svg.AppendLine($"<title id=\"title\">{Escape(title)}</title>");
        svg.AppendLine($"<desc id=\"description\">{decision.RequirementsMet} of {decision.RequirementsTotal} requirements are met; the verdict is {VerdictNames.InWords(decision.Verdict)}.</desc>");
        svg.AppendLine("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        DrawHeader(svg, title, decision, leftOut);
        foreach (var box in placed)
            DrawLines(svg, box);
        foreach (var box in placed)
            DrawBox(svg, box, evidenceNames);
        return svg.AppendLine("</svg>").ToString();
    }

    private static int Count(StackNode node) => 1 + node.Children.Sum(Count);

    private static Box Place(StackNode node, int column, List<Box> placed, ref int rows)
    {
        var children = new List<Box>();
        // What is not part of the proposed way and has nothing to show is left out when there is too much of it.
        foreach (var child in node.Children.Where((child, index) => index < 60 || child.OnTheWay))
        {
            if (rows < MostRows)
                children.Add(Place(child, column + 1, placed, ref rows));
        }

        double row = children.Count == 0 ? rows++ : (children[0].Row + children[^1].Row) / 2;
        var box = new Box(node, column, row, children);
        placed.Add(box);
        return box;
    }

    private static void DrawHeader(StringBuilder svg, string title, StackEvaluated decision, int leftOut)
    {
        const int barWidth = 300;
        var done = decision.RequirementsTotal == 0 ? barWidth : barWidth * decision.RequirementsMet / decision.RequirementsTotal;
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{Margin}" y="36" font-size="19" font-weight="bold" fill="#1d2733">{Escape(title)}</text>"""));
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<rect x="{Margin}" y="52" width="{barWidth}" height="12" rx="6" fill="#e3e7ec"/><rect x="{Margin}" y="52" width="{done}" height="12" rx="6" fill="{Colour(Verdict.Satisfied).Line}"/>"""));
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{Margin + barWidth + 12}" y="62" fill="#1d2733">{decision.RequirementsMet} of {decision.RequirementsTotal} requirements met</text>"""));
        var x = Margin;
        foreach (var verdict in (Verdict[])[Verdict.Satisfied, Verdict.Unknown, Verdict.NotSatisfied])
        {
            svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{x}" y="86" fill="{Colour(verdict).Line}"><tspan font-weight="bold">{Sign(verdict)}</tspan> {VerdictNames.InWords(verdict)}</text>"""));
            x += 120;
        }

        if (leftOut > 0)
            svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{x}" y="86" font-style="italic" fill="#4b5663">{leftOut} more requirements do not fit into this picture</text>"""));
    }

    private static void DrawLines(StringBuilder svg, Box box)
    {
        foreach (var child in box.Children)
        {
            var (x1, y1, x2, y2) = (box.X + BoxWidth, box.Y + (BoxHeight / 2), child.X, child.Y + (BoxHeight / 2));
            var middle = (x1 + x2) / 2;
            var style = child.Node.OnTheWay ? "stroke=\"#5b6775\" stroke-width=\"1.5\"" : "stroke=\"#b9c1ca\" stroke-dasharray=\"3 3\"";
            svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<path d="M {x1} {y1} C {middle} {y1}, {middle} {y2}, {x2} {y2}" fill="none" {style}/>"""));
        }
    }

    private static void DrawBox(StringBuilder svg, Box box, IReadOnlyDictionary<string, string> evidenceNames)
    {
        var node = box.Node;
        var (line, fill) = Colour(node.Verdict);
        var under = node.Evidence.Count > 0 ? string.Join(", ", node.Evidence.Select(id => evidenceNames.GetValueOrDefault(id, id)))
            : node.Note ?? (node.Needs is { } needs ? $"{needs} of {node.Children.Count}" : "");
        svg.AppendLine($"<g opacity=\"{(node.OnTheWay ? "1" : "0.62")}\"><title>{Escape($"{node.Text}: {VerdictNames.InWords(node.Verdict)}{(under.Length > 0 ? $" ({under})" : "")}")}</title>");
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<rect x="{box.X}" y="{box.Y}" width="{BoxWidth}" height="{BoxHeight}" rx="{(node.ComponentId is null ? 4 : 10)}" fill="{fill}" stroke="{line}" stroke-width="1.4"/>"""));
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{box.X + 10}" y="{box.Y + 25}" font-size="14" font-weight="bold" fill="{line}">{Sign(node.Verdict)}</text>"""));
        svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{box.X + 28}" y="{box.Y + (under.Length > 0 ? 17 : 25)}" fill="#1d2733">{Escape(Shorten(node.Text, LongestText - 5))}</text>"""));
        if (under.Length > 0)
            svg.AppendLine(string.Create(CultureInfo.InvariantCulture, $"""<text x="{box.X + 28}" y="{box.Y + 32}" font-size="10" fill="#4b5663">{Escape(Shorten(under, LongestText))}</text>"""));
        svg.AppendLine("</g>");
    }

    private static (string Line, string Fill) Colour(Verdict verdict) => verdict switch
    {
        Verdict.Satisfied => ("#1b7a3d", "#e9f6ee"),
        Verdict.Unknown => ("#9a5b00", "#fff5e2"),
        _ => ("#a3262a", "#fdefef"),
    };

    private static string Sign(Verdict verdict) => verdict switch
    {
        Verdict.Satisfied => "✓",
        Verdict.Unknown => "?",
        _ => "○",
    };

    private static string Shorten(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)].TrimEnd() + "…";

    /// <summary>XML has no control characters.</summary>
    private static string Escape(string text) => SecurityElement.Escape(string.Concat(text.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))));

    private sealed record Box(StackNode Node, int Column, double Row, IReadOnlyList<Box> Children)
    {
        public int X => Margin + (Column * (BoxWidth + ColumnGap));

        public int Y => Header + Margin + (int)(Row * (BoxHeight + RowGap));
    }
}
