namespace Pathways.CredentialIssuance.Api;

/// <summary>A picture that somebody sent in is never more than a picture: an SVG's scripts do not run, and it fetches nothing.</summary>
internal static class PublicImage
{
    public static IResult Answer(HttpContext http, byte[] bytes, string mediaType)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";
        return TypedResults.Bytes(bytes, mediaType);
    }
}
