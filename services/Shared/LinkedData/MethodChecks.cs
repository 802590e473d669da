namespace Pathways.LinkedData;

/// <summary>Whether a key that was found may have signed: asked of embedded proofs and of tokens alike.</summary>
internal static class MethodChecks
{
    public static void Add(
        List<Check> checks, string suffix, VerificationMethod method, string purpose, DateTimeOffset now)
    {
        var name = "verification-method" + suffix;
        if (method.Revoked is { } revoked && revoked <= now)
            checks.Add(Check.Fail(name, $"The key {method.Id} was revoked at {Timestamp.Write(revoked)}.", "Ask the issuer for a document signed with a current key."));
        else if (!method.Purposes.Contains(purpose))
            checks.Add(Check.Fail(name, $"{method.Controller} does not allow the key {method.Id} for {purpose}.", "The key is retired or meant for something else: ask the issuer."));
        else if (method.Expires is { } expires && expires <= now)
            checks.Add(Check.Fail(name, $"The key {method.Id} expired at {Timestamp.Write(expires)}.", "Ask the issuer for a document signed with a current key."));
        else
            checks.Add(Check.Pass(name, method.Id));
    }

    /// <summary>Open Badges 3.0 and common sense: the key that signed is the issuer's own.</summary>
    public static Check IssuerKey(string issuer, IReadOnlyCollection<string> controllers)
        => controllers.Any(controller => controller == issuer || IsHomeOf(controller, issuer))
            ? Check.Pass("issuer-key", $"{issuer} controls the key")
            : Check.Fail("issuer-key", $"The key belongs to {string.Join(", ", controllers)}, not to the issuer {issuer}.", "Somebody else may have signed in the issuer's name: do not rely on the document.");

    /// <summary>A bare JWK names no controller. It counts as of all who live at the origin that serves it, and of nobody else.</summary>
    private static bool IsHomeOf(string controller, string issuer)
        => Uri.TryCreate(controller, UriKind.Absolute, out var origin) && origin is { Scheme: "https", AbsolutePath: "/", Query: "", Fragment: "" }
            && Uri.TryCreate(issuer.StartsWith("did:web:", StringComparison.Ordinal) ? Home(issuer) : issuer, UriKind.Absolute, out var home)
            && home.Scheme == "https" && home.Authority == origin.Authority;

    private static string Home(string did)
    {
        try
        {
            return DidWeb.DocumentUrl(did).ToString();
        }
        catch (LinkedDataException)
        {
            // What is no did:web lives nowhere.
            return "";
        }
    }
}
