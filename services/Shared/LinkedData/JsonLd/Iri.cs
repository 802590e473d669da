using System.Buffers;

namespace Pathways.LinkedData.JsonLd;

/// <summary>IRIs as RFC 3987 and RFC 3986 have them; the framework's Uri changes what it reads, and what it changes is signed.</summary>
internal static class Iri
{
    private static readonly SearchValues<char> SchemeTail =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>What an N-Quads IRI may not hold (RDF 1.1 N-Quads, IRIREF).</summary>
    private static readonly SearchValues<char> NotInIri =
        SearchValues.Create("<>\"{}|^`\\ " + string.Concat(Enumerable.Range(0, 0x20).Select(code => (char)code)));

    public static bool IsBlankNode(string value) => value.StartsWith("_:", StringComparison.Ordinal);

    /// <summary>Has a scheme and no white space: what JSON-LD calls an IRI when it reads contexts.</summary>
    public static bool IsAbsolute(string value) => SchemeLength(value) > 0 && !value.Any(char.IsWhiteSpace);

    /// <summary>May stand in RDF.</summary>
    public static bool IsWellFormed(string value)
        => SchemeLength(value) > 0 && value.AsSpan().IndexOfAny(NotInIri) < 0 && value.IndexOf('#') == value.LastIndexOf('#');

    /// <summary>The reference resolved against the base (RFC 3986, 5.2.2).</summary>
    public static string Resolve(string? baseIri, string reference)
    {
        if (baseIri is null || SchemeLength(reference) > 0)
            return reference;
        var b = Parts.Of(baseIri);
        var r = Parts.Of(reference);
        if (r.Authority is not null)
            return new Parts(b.Scheme, r.Authority, RemoveDotSegments(r.Path), r.Query, r.Fragment).ToString();
        if (r.Path.Length == 0)
            return new Parts(b.Scheme, b.Authority, b.Path, r.Query ?? b.Query, r.Fragment).ToString();
        var path = r.Path.StartsWith('/') ? r.Path : Merge(b, r.Path);
        return new Parts(b.Scheme, b.Authority, RemoveDotSegments(path), r.Query, r.Fragment).ToString();
    }

    private static int SchemeLength(string value)
    {
        var colon = value.IndexOf(':');
        if (colon <= 0 || !char.IsAsciiLetter(value[0]))
            return 0;
        return value.AsSpan(1, colon - 1).ContainsAnyExcept(SchemeTail) ? 0 : colon;
    }

    private static string Merge(Parts b, string path)
    {
        if (b.Authority is not null && b.Path.Length == 0)
            return "/" + path;
        return string.Concat(b.Path.AsSpan(0, b.Path.LastIndexOf('/') + 1), path);
    }

    private static string RemoveDotSegments(string path)
    {
        if (!path.Contains('.'))
            return path;
        var output = new List<string>();
        var segments = path.Split('/');
        for (var i = 0; i < segments.Length; i++)
        {
            var last = i == segments.Length - 1;
            switch (segments[i])
            {
                case "." when last:
                    output.Add("");
                    break;
                case ".":
                    break;
                case "..":
                    // The first segment of an absolute path is the empty one before its slash: that one stays.
                    if (output.Count > 1 || (output.Count == 1 && output[0].Length > 0))
                        output.RemoveAt(output.Count - 1);
                    if (last)
                        output.Add("");
                    break;
                default:
                    output.Add(segments[i]);
                    break;
            }
        }
        return string.Join('/', output);
    }

    /// <summary>RFC 3986, appendix B.</summary>
    private readonly record struct Parts(string? Scheme, string? Authority, string Path, string? Query, string? Fragment)
    {
        public static Parts Of(string iri)
        {
            string? scheme = null, authority = null, query = null, fragment = null;
            var rest = iri;
            if (SchemeLength(rest) is var length and > 0)
            {
                scheme = rest[..length];
                rest = rest[(length + 1)..];
            }
            if (rest.IndexOf('#') is var hash and >= 0)
            {
                fragment = rest[(hash + 1)..];
                rest = rest[..hash];
            }
            if (rest.IndexOf('?') is var mark and >= 0)
            {
                query = rest[(mark + 1)..];
                rest = rest[..mark];
            }
            if (rest.StartsWith("//", StringComparison.Ordinal))
            {
                var end = rest.IndexOf('/', 2);
                authority = end < 0 ? rest[2..] : rest[2..end];
                rest = end < 0 ? "" : rest[end..];
            }
            return new Parts(scheme, authority, rest, query, fragment);
        }

        public override string ToString()
            => (Scheme is null ? "" : Scheme + ":") + (Authority is null ? "" : "//" + Authority) + Path
                + (Query is null ? "" : "?" + Query) + (Fragment is null ? "" : "#" + Fragment);
    }
}
