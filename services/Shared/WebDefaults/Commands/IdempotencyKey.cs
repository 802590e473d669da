using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pathways.WebDefaults;

/// <summary>The request's Idempotency-Key and what it was used for: method, path, query and body.</summary>
internal sealed record IdempotencyKey(string Value, byte[] Fingerprint)
{
    private const int LongestKey = 255;

    // More than any route takes. What is larger would be kept in a file, and a body may hold what nobody shall find on a disk.
    private const int LargestBody = 32 * 1024 * 1024;

    public static bool IsUsable(string key) => key.Length is > 0 and <= LongestKey && key.All(c => c is >= '!' and <= '~');

    /// <summary>Reads the body before it is bound, so that the key covers the bytes the caller sent.</summary>
    public static async Task CaptureAsync(HttpContext http, RequestDelegate next)
    {
        if (!http.Request.Headers.TryGetValue("Idempotency-Key", out var header) || HttpMethods.IsGet(http.Request.Method))
        {
            await next(http);
            return;
        }
        string key = header.ToString();
        if (!IsUsable(key))
        {
            await Problem.Of(ProblemCodes.IdempotencyKeyInvalid).ExecuteAsync(http);
            return;
        }
        http.Request.EnableBuffering(bufferThreshold: LargestBody);
        http.Features.Set(new IdempotencyKey(key, await FingerprintAsync(http.Request, http.RequestAborted)));
        http.Request.Body.Position = 0;
        await next(http);
    }

    private static async Task<byte[]> FingerprintAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        byte[] buffer = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellation)) > 0) hash.AppendData(buffer, 0, read);
        return hash.GetHashAndReset();
    }
}
