namespace Pathways.Cli;

/// <summary>Bundles of scopes for the people and systems of an institution.</summary>
internal static class Roles
{
    private static readonly Dictionary<string, string> Scopes = new()
    {
        ["lrs"] = "all learners",
        ["registrar"] = "define issue learners recognise audit feed",
        ["consumer"] = "feed",
        ["auditor"] = "audit",
    };

    /// <summary>Everything an institution can do.</summary>
    public static string EveryScope => string.Join(' ', Scopes.Values.SelectMany(scopes => scopes.Split(' ')).Distinct());

    public static IEnumerable<string> Names => Scopes.Keys;

    public static string? ScopesOf(string role) => Scopes.GetValueOrDefault(role);
}
