using System.Security.Cryptography;
using System.Text;

namespace Pathways.Kernel;

/// <summary>
/// A short name for something that an outside IRI identifies, safe in a stream's name and in a path:
/// <c>https://hutchinson.example/pathways/welding-aas</c> becomes <c>welding-aas-5f2c9a10</c>.
/// </summary>
public static class ReadableKey
{
    private const int LongestName = 40;

    public static string Of(string iri)
    {
        var name = new StringBuilder();
        foreach (char c in iri.TrimEnd('/')[(iri.TrimEnd('/').LastIndexOfAny(['/', ':', '#']) + 1)..].ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(c)) name.Append(c);
            else if (name.Length > 0 && name[^1] != '-') name.Append('-');
            if (name.Length == LongestName) break;
        }

        // The name alone could be shared by two IRIs; the hash keeps them apart.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(iri)).AsSpan(0, 4));
        return name.Length == 0 ? hash : $"{name.ToString().TrimEnd('-')}-{hash}";
    }
}
