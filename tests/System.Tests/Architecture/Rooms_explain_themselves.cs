using System.Text.RegularExpressions;
using Pathways.LocalHost;
using Xunit;

namespace Pathways.Tests.Architecture;

/// <summary>Whoever opens a folder is told what is in it, and every link leads somewhere.</summary>
public sealed partial class Rooms_explain_themselves
{
    private static readonly string[] NotOurs = ["bin", "obj", "node_modules", ".git", ".data"];

    [Theory]
    [InlineData("deploy")]
    [InlineData("services")]
    [InlineData("contracts")]
    [InlineData("tests")]
    public void A_readme_of_at_most_a_page(string room)
        => Assert.InRange(File.ReadAllLines(Path.Combine(Repository.Root, room, "README.md")).Length, 5, 60);

    [Fact]
    public void No_link_is_dead()
    {
        var documents = Documents(Repository.Root).ToList();
        Assert.True(documents.Count > 20, "The documents were not found.");
        Assert.Empty(documents.SelectMany(DeadLinks));
    }

    [Fact]
    public void A_dead_link_is_seen()
    {
        using var folder = new Tests.Support.TemporaryFolder("readme");
        var readme = Path.Combine(folder.Path, "README.md");
        File.WriteAllText(readme, "[here](README.md#top), [outside](https://example.org/x), [gone](nowhere/README.md)");
        Assert.Equal([$"{readme}: nowhere/README.md"], DeadLinks(readme));
    }

    private static IEnumerable<string> Documents(string folder) => Directory.EnumerateFiles(folder, "*.md")
        .Concat(Directory.EnumerateDirectories(folder).Where(inner => !NotOurs.Contains(Path.GetFileName(inner))).SelectMany(Documents));

    private static IEnumerable<string> DeadLinks(string document) => Link().Matches(File.ReadAllText(document))
        .Select(link => link.Groups["to"].Value.Split('#')[0])
        .Where(to => to.Length > 0 && !to.Contains(':', StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(document)!, to)))
        .Select(to => $"{document}: {to}");

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();
}
