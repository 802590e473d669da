using Microsoft.AspNetCore.Http;

namespace Pathways.WebDefaults;

/// <summary>Bytes of others, read into memory no further than is wanted.</summary>
public static class BoundedBytes
{
    private const int LargestGuess = 8 * 1024 * 1024;

    /// <summary>Counted while it is read: what a length header says is a stranger's word.</summary>
    /// <returns>Null when there are more.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAtMostAsync(this Stream stream, long limit, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer, cancellation)) > 0)
        {
            if (content.Length + count > limit) return null;
            await content.WriteAsync(buffer.AsMemory(0, count), cancellation);
        }
        return content.GetBuffer().AsMemory(0, (int)content.Length);
    }

    /// <summary>A part of a request's body; a larger one is answered with 413.</summary>
    public static async Task<ReadOnlyMemory<byte>> ReadPartAsync(this Stream part, long limit, CancellationToken cancellation)
        => await part.ReadAtMostAsync(limit, cancellation) ?? throw new BadHttpRequestException($"A part of the body is too large: at most {limit} bytes are taken.", StatusCodes.Status413PayloadTooLarge);

    /// <summary>All of a request's body; how large it may be is the route's limit.</summary>
    public static async Task<byte[]> ReadBytesAsync(this HttpRequest request, CancellationToken cancellation)
    {
        using var whole = new MemoryStream((int)Math.Min(request.ContentLength ?? 0, LargestGuess));
        await request.Body.CopyToAsync(whole, cancellation);
        return whole.ToArray();
    }
}
