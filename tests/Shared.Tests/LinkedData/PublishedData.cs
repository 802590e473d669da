using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

/// <summary>Test data that others published, which may stand beside the repository under <c>shared/data</c>.</summary>
internal static class PublishedData
{
    public static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var candidate = Path.Combine(at.FullName, "shared", "data", folder);
            if (Directory.Exists(candidate))
                return candidate;
        }
        return null;
    }

    /// <summary>The folder, or the test is skipped and says why.</summary>
    public static string Require(string folder)
    {
        var found = Find(folder);
        Assert.SkipWhen(found is null, $"shared/data/{folder} does not stand beside the repository.");
        return found!;
    }

    public static string Text(params string[] path) => File.ReadAllText(Path.Combine(path)).Trim();
}
