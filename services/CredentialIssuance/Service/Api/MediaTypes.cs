using Microsoft.Net.Http.Headers;

namespace Pathways.CredentialIssuance.Api;

internal static class MediaTypes
{
    /// <summary>VCDM 2.0, 6.3.</summary>
    public const string Credential = "application/vc";

    public const string CredentialJwt = "application/vc+jwt";

    public const string JsonLd = "application/ld+json";

    public const string Json = "application/json";

    public const string Html = "text/html";

    /// <summary>What the caller likes best of what there is (RFC 9110, 12.5.1); the first when it does not say.</summary>
    public static string Choose(HttpContext http, params IReadOnlyList<string> offers)
    {
        var accepted = http.Request.GetTypedHeaders().Accept;
        return accepted.Count == 0 ? offers[0] : offers.MaxBy(offer => Quality(accepted, offer))!;
    }

    /// <summary>Of several ranges that fit, the narrowest one speaks.</summary>
    private static double Quality(IList<MediaTypeHeaderValue> accepted, string offer)
    {
        var type = new MediaTypeHeaderValue(offer);
        return accepted.Where(type.IsSubsetOf).OrderBy(range => range.MatchesAllTypes ? 2 : range.MatchesAllSubTypes ? 1 : 0)
            .Select(range => range.Quality ?? 1).FirstOrDefault();
    }
}
