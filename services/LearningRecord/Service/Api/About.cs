namespace Pathways.LearningRecord.Api;

/// <summary><c>GET /xapi/about</c>: which versions are spoken. Open to all, with or without a version header.</summary>
internal static class About
{
    public static void Map(IEndpointRouteBuilder routes)
        => routes.MapMethods("/xapi/about", ["GET", "HEAD"], Answer).AllowAnonymous().WithName("GetAbout").WithSummary("The versions of xAPI that are spoken here.");

    private static IResult Answer(HttpContext http)
        => new Parameters(http.Request).Refusal is { } refusal
            ? Pathways.WebDefaults.Problem.From(refusal)
            : Results.Ok(new AboutXapi(["2.0.0", "1.0.3", "1.0.2", "1.0.1", "1.0.0"], new Dictionary<string, string>(StringComparer.Ordinal)));
}

internal sealed record AboutXapi(IReadOnlyList<string> Version, IReadOnlyDictionary<string, string> Extensions);
