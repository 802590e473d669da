namespace Pathways.PathwayStacking.Domain.Compiling;

/// <summary>
/// Names compared as people mean them: a registry's IRI is the CTID it ends with, and blanks and case of a course code do not matter.
/// </summary>
internal static class Identifier
{
    public static string Normalize(string identifier)
    {
        var name = identifier.Trim();
        var last = name[(name.LastIndexOfAny(['/', ':']) + 1)..];
        if (last.StartsWith("ce-", StringComparison.OrdinalIgnoreCase) && last.Length == 39)
            return last.ToLowerInvariant();
        return name.Contains(':') ? name : string.Concat(name.Where(c => !char.IsWhiteSpace(c))).ToUpperInvariant();
    }
}
