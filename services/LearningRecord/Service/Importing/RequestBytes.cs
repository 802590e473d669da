namespace Pathways.LearningRecord.Importing;

internal static class RequestBytes
{
    /// <summary>All of a body; how large it may be is the route's limit.</summary>
    public static async Task<byte[]> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var whole = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, 8 * 1024 * 1024));
        await request.Body.CopyToAsync(whole, cancellation);
        return whole.ToArray();
    }
}
