using System.Text.RegularExpressions;

namespace Pathways.LinkedData;

/// <summary>did:web: the identifier is the address of its document. The document is always fetched over HTTPS.</summary>
public static partial class DidWeb
{
    private const string Prefix = "did:web:";

    /// <summary><c>https://example.edu:8443/issuers/7</c> is <c>did:web:example.edu%3A8443:issuers:7</c>.</summary>
    public static string FromUrl(Uri url)
    {
        var host = url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}%3A{url.Port}";
        var path = url.AbsolutePath.Trim('/');
        return path.Length == 0 ? Prefix + host : $"{Prefix}{host}:{path.Replace('/', ':')}";
    }

    /// <summary>Where the document of a did:web stands: <c>/.well-known/did.json</c>, or <c>/did.json</c> below its path.</summary>
    public static Uri DocumentUrl(string did)
    {
        did = WithoutFragment(did);
        if (!did.StartsWith(Prefix, StringComparison.Ordinal))
            throw Invalid(did);
        var parts = did[Prefix.Length..].Split(':');
        var host = parts[0].Replace("%3A", ":", StringComparison.OrdinalIgnoreCase);
        // Strict on purpose: what is not plainly a host and a path could lead a fetch elsewhere (user info, dot segments, escapes).
        if (!Host().IsMatch(host) || !parts.Skip(1).All(part => Segment().IsMatch(part) && part.Trim('.').Length > 0))
            throw Invalid(did);
        var path = parts.Length == 1 ? "/.well-known" : "/" + string.Join('/', parts.Skip(1));
        return Uri.TryCreate($"https://{host}{path}/did.json", UriKind.Absolute, out var url) ? url : throw Invalid(did);
    }

    internal static string WithoutFragment(string id) => id.IndexOf('#') is var at and >= 0 ? id[..at] : id;

    private static LinkedDataException Invalid(string did) => new("invalid did", $"\"{did}\" is not a did:web.");

    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?(:[0-9]{1,5})?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Host();

    [GeneratedRegex("^([A-Za-z0-9._~-]|%[0-9A-Fa-f]{2}){1,128}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Segment();
}
