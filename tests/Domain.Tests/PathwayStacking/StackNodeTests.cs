using Pathways.PathwayStacking.Authoring;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Explaining;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>The tree in which people read a decision.</summary>
public sealed class StackNodeTests
{
    [Theory]
    [InlineData("all: [a, {2 of: [b, c, d]}]", "all of(Alpha, 2 of 3(Beta, Gamma, Delta))")]
    [InlineData("all: [a, {1 of: [b]}]", "all of(Alpha, Beta)")]
    [InlineData("{1 of: [a, b], name: General education}", "General education(Alpha, Beta)")]
    [InlineData("all: [{all: [a, b], name: Core}, {all: [c, d]}]", "all of(Core(Alpha, Beta), all of(Gamma, Delta))")]
    [InlineData("[a, {1 of: [b, c], where: [grade >= C]}]", "Alpha, 1 of 2(Beta (grade is at least C), Gamma (grade is at least C))")]
    public void A_group_without_a_name_is_called_by_its_rule(string requires, string expected)
        => Assert.Equal($"Data(Certificate({expected}))", Shown(TreeOf(requires)));

    [Fact]
    public void An_IRI_that_stands_for_a_name_is_said_once()
        => Assert.Equal("Data(Certificate(all of(Alpha, https://x.example/y(which the pathway does not describe))))", Shown(TreeOf("all: [a, \"https://x.example/y\"]")));

    private static StackNode TreeOf(string requires)
    {
        var content = PathwayFile.Read(Bytes($$"""
            pathway: https://a.example/p
            name: Data
            goal: goal
            components:
              goal: {kind: credential, name: Certificate, requires: {{(requires[0] is '[' or '{' ? requires : $"{{{requires}}}")}}}
              a: {kind: course, name: Alpha}
              b: {kind: course, name: Beta}
              c: {kind: course, name: Gamma}
              d: {kind: course, name: Delta}
            """), isYaml: true);
        Assert.True(content.IsAccepted, content.Rejection?.ToString());
        return StackNode.Of(PathwayCompiler.Compile(content.Value.Pathway, content.Value.Settings), [], DateTimeOffset.UnixEpoch);
    }

    private static string Shown(StackNode node) => node.Children.Count == 0 ? node.Text : $"{node.Text}({string.Join(", ", node.Children.Select(Shown))})";
}
