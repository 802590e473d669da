using System.Text;
using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.Domain.Tests.PathwayStacking;

internal static class TestData
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly StackReference Stack = new("s1", "learner-1", "p1", 1);

    public static DirectoryInfo Repository { get; } = FindRepository();

    /// <summary>The published examples beside the repository; null when they are not there.</summary>
    public static string? CtdlPathways { get; } = FindBesideRepository("shared/data/ctdl-pathways");

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static Component Course(string id, params Condition[] conditions) => Node(id, ComponentKind.Course, CompletionRule.Evidence, conditions);

    public static Component Certificate(string id, params Condition[] conditions) => Node(id, ComponentKind.Credential, CompletionRule.Conditions, conditions);

    public static Condition Some(int? number, params string[] targets) => new(null, null, null, number, Operator: null, targets, [], []);

    public static Pathway Pathway(params Component[] components)
        => new("urn:pathway", null, "Test pathway", null, null, null, [components[0].Id], components, []);

    public static CompiledPathway Compiled(params Component[] components) => PathwayCompiler.Compile(Pathway(components), PathwaySettings.None);

    public static Evidence Holds(string achievement, string? id = null, string? grade = null, decimal? credits = null)
        => new(id ?? $"urn:credential:{achievement}", EvidenceKind.Credential, achievement, [], achievement, "did:web:issuer.example", credits, null, null, grade, null, Now.AddDays(-30));

    private static Component Node(string id, ComponentKind kind, CompletionRule metBy, Condition[] conditions)
        => new(id, null, kind, metBy, id, null, null, [], null, null, null, [], conditions, [], [], [], [], []);

    private static DirectoryInfo FindRepository()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Pathways.sln")))
                return directory;
        }

        throw new InvalidOperationException("The tests do not stand in their repository.");
    }

    // A worktree lies one level deeper than the main checkout.
    private static string? FindBesideRepository(string relative) => new[] { Repository.Parent, Repository.Parent?.Parent }.OfType<DirectoryInfo>()
        .Select(parent => Path.Combine(parent.FullName, relative)).FirstOrDefault(Directory.Exists);
}
