using System.IO.Compression;

namespace Pathways.LearningRecord.Recording;

/// <summary>Compression of a statement's text, before it is encrypted: ciphertext does not compress, and what is stored is mostly text.</summary>
internal static class StatementText
{
    private const int Quality = 3;
    private const int WindowBits = 16;

    // Documents of a page at a time are expanded in memory: none may expand beyond what was accepted.
    private const int LongestText = 16 * 1024 * 1024;

    public static byte[] Compress(ReadOnlySpan<byte> text)
    {
        byte[] output = new byte[4 + BrotliEncoder.GetMaxCompressedLength(text.Length)];
        BitConverter.TryWriteBytes(output, text.Length);
        if (!BrotliEncoder.TryCompress(text, output.AsSpan(4), out int written, Quality, WindowBits))
            throw new InvalidOperationException("A statement's text could not be compressed.");
        return output[..(4 + written)];
    }

    public static byte[] Expand(ReadOnlySpan<byte> compressed)
    {
        int length = BitConverter.ToInt32(compressed);
        if (length is < 0 or > LongestText) throw new InvalidDataException("A stored statement's text is not what it says.");
        byte[] text = new byte[length];
        if (!BrotliDecoder.TryDecompress(compressed[4..], text, out int written) || written != length)
            throw new InvalidDataException("A stored statement's text can't be expanded.");
        return text;
    }
}
