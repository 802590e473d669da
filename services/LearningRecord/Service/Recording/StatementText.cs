using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// Compression of a statement's text, before it is encrypted: ciphertext does not compress, and what is stored is mostly text.
/// Statements are short and much alike, so each is compressed as if <see cref="Dictionary"/> had come before it: raw deflate
/// (RFC 1951), which refers back to the text itself and to nothing else, so that any inflater reads it for ever.
/// </summary>
internal static class StatementText
{
    // Documents of a page at a time are expanded in memory: none may expand beyond what was accepted.
    private const int LongestText = 16 * 1024 * 1024;

    // The text's length in front is stored as its complement. Lengths that are not negative belong to texts before the dictionary, in Brotli.
    private const int Header = 4;

    private static readonly byte[] Dictionary = Encoding.UTF8.GetBytes(StatementDictionary.Text);

    // A block that is stored as it is costs the inflater no more than copying it.
    private static readonly byte[] DictionaryAsBlock = [0, .. LittleEndian(Dictionary.Length), .. LittleEndian(~Dictionary.Length), .. Dictionary];

    private static readonly int DictionaryDeflated = DeflatedDictionary();

    public static byte[] Compress(ReadOnlySpan<byte> text)
    {
        using var output = new MemoryStream(1024 + (text.Length / 2));
        Deflate(output, text);
        byte[] compressed = new byte[Header + (int)output.Length - DictionaryDeflated];
        BinaryPrimitives.WriteInt32LittleEndian(compressed, ~text.Length);
        output.GetBuffer().AsSpan(DictionaryDeflated, (int)output.Length - DictionaryDeflated).CopyTo(compressed.AsSpan(Header));
        return compressed;
    }

    public static byte[] Expand(ReadOnlySpan<byte> compressed)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(compressed);
        bool hasDictionary = length < 0;
        byte[] text = new byte[Checked(hasDictionary ? ~length : length)];
        if (hasDictionary) Inflate(compressed[Header..], text);
        else if (!BrotliDecoder.TryDecompress(compressed[Header..], text, out int written) || written != text.Length) throw Damaged();
        return text;
    }

    /// <summary>The dictionary up to a byte's end, then the text; what the dictionary became is cut off by <see cref="Compress"/>.</summary>
    private static void Deflate(MemoryStream output, ReadOnlySpan<byte> text)
    {
        using var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(Dictionary);
        deflate.Flush();
        deflate.Write(text);
    }

    private static int DeflatedDictionary()
    {
        using var output = new MemoryStream();
        using var deflate = new DeflateStream(output, CompressionLevel.Optimal, leaveOpen: true);
        deflate.Write(Dictionary);
        deflate.Flush();
        return (int)output.Length;
    }

    private static void Inflate(ReadOnlySpan<byte> compressed, byte[] text)
    {
        byte[] whole = new byte[DictionaryAsBlock.Length + compressed.Length];
        DictionaryAsBlock.CopyTo(whole, 0);
        compressed.CopyTo(whole.AsSpan(DictionaryAsBlock.Length));
        using var inflate = new DeflateStream(new MemoryStream(whole, writable: false), CompressionMode.Decompress);
        Span<byte> dictionary = stackalloc byte[Dictionary.Length];
        inflate.ReadExactly(dictionary);
        inflate.ReadExactly(text);
        if (inflate.ReadByte() != -1) throw Damaged();
    }

    private static int Checked(int length) => length <= LongestText ? length : throw Damaged();

    private static byte[] LittleEndian(int value) => [(byte)value, (byte)(value >> 8)];

    private static InvalidDataException Damaged() => new("A stored statement's text is not what it says.");
}
