namespace Pathways.Cli;

/// <summary>Bundles of scopes for the people and systems of an institution.</summary>
internal static class Roles
{
    private static readonly Dictionary<string, string> Scopes = new()
    {
        ["lrs"] = "statements/write statements/read learners",
        ["registrar"] = "define issue learners recognise audit feed",
        ["consumer"] = "feed",
        ["auditor"] = "audit",
    };

    public static IEnumerable<string> Names => Scopes.Keys;

    public static string? ScopesOf(string role) => Scopes.GetValueOrDefault(role);
}
