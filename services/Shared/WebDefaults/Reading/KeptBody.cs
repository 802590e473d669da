using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Pathways.WebDefaults;

/// <summary>JSON that is bound to a handler's parameter is kept until it is answered: what is wrong with it is told from its text.</summary>
internal static class KeptBody
{
    // More than any route takes. What is larger would be kept in a file, and a body may hold what nobody shall find on a disk.
    public const int Largest = 32 * 1024 * 1024;

    public static Task KeepAsync(HttpContext http, RequestDelegate next)
    {
        // A route that reads its body by itself declares bytes, or nothing.
        var accepts = http.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>();
        if (accepts?.RequestType is { } type && type != typeof(byte[]) && accepts.ContentTypes.Contains("application/json")) http.Request.EnableBuffering(bufferThreshold: Largest);
        return next(http);
    }

    /// <summary>All of it; null when it was not kept, or does not come to its end.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request)
    {
        if (!request.Body.CanSeek) return null;
        try
        {
            request.Body.Position = 0;
            return await request.ReadBytesAsync(request.HttpContext.RequestAborted);
        }
        catch (IOException)
        {
            // Too large, or broken off: what was wrong before that is told without it.
            return null;
        }
    }
}
