using Pathways.CredentialIssuance.Verifying;
using Pathways.Kernel;
using Pathways.WebDefaults;

namespace Pathways.CredentialIssuance.Api;

internal static class VerifyRoute
{
    private const int MaxBytes = 16 * 1024 * 1024;

    public static void MapVerify(this IEndpointRouteBuilder routes)
        => routes.MapPost("/verify", VerifyAsync).AllowAnonymous().AllowBody(MaxBytes)
            .WithSummary("Verifies a credential of any issuer: each check with its verdict and, on failure, what to do.")
            .WithDescription("The body is the credential as it is: JSON (Open Badges 3.0 and 2.0, CLR 2.0, Verifiable Credentials 2.0 and 1.1, "
                + "enveloped too), a compact token, a baked PNG or SVG, or the address of a hosted Open Badge 2.0.")
            .Produces<VerifyAnswer>();

    private static async Task<IResult> VerifyAsync(HttpContext http, VerificationDesk desk, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, cancellation);
        if (body.Length == 0)
            return Problem.From(Rejection.Invalid("nothing-to-verify", "The body is empty.", "Send the credential itself: JSON, a token, a PNG or an SVG."));
        http.Response.Headers.CacheControl = "no-store";
        return await desk.VerifyAsync(ByteOrderMark.Skip(body.GetBuffer().AsMemory(0, (int)body.Length)), cancellation) is { } answer
            ? TypedResults.Ok(answer)
            : Busy(http);
    }

    internal static IResult Busy(HttpContext http)
    {
        http.Response.Headers.RetryAfter = "5";
        return Problem.Of(ProblemCodes.Unavailable);
    }
}
