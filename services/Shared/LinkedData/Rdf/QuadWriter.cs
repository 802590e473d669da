using System.Buffers;
using System.Text;

namespace Pathways.LinkedData.Rdf;

/// <summary>N-Quads as UTF-8 in a pooled buffer.</summary>
internal sealed class QuadWriter : IDisposable
{
    private byte[] buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int length;

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <summary>One line with its line feed.</summary>
    public void Write(in Quad quad)
    {
        Add(quad.Subject);
        Add(quad.Predicate);
        Add(quad.Object);
        if (quad.Graph.Length > 0)
            Add(quad.Graph);
        buffer[length++] = (byte)'.';
        buffer[length++] = (byte)'\n';
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = [];
    }

    private void Add(string term)
    {
        // Room for the term, the space behind it and the end of the line.
        EnsureRoom(Encoding.UTF8.GetMaxByteCount(term.Length) + 3);
        length += Encoding.UTF8.GetBytes(term, buffer.AsSpan(length));
        buffer[length++] = (byte)' ';
    }

    private void EnsureRoom(int count)
    {
        if (buffer.Length - length >= count)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, length + count));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
