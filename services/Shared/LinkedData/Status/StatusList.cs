using System.IO.Compression;
using System.Security.Cryptography;

namespace Pathways.LinkedData;

/// <summary>
/// A Bitstring Status List (Bitstring Status List 1.0, 2.2 and 3): one bit per credential, the first one leftmost, compressed with
/// gzip and written as multibase base64url.
/// </summary>
public sealed class StatusList
{
    /// <summary>The herd to hide in: less would tell a list's host whose credential is being looked at.</summary>
    public const int MinimumEntries = 131_072;

    /// <summary>Some bytes of gzip can become gigabytes; no honest list is larger than this.</summary>
    private const int MaxEntries = 16 * 1024 * 1024;

    private readonly byte[] bits;

    private StatusList(byte[] bits) => this.bits = bits;

    public int Length => bits.Length * 8;

    public bool this[int index]
    {
        get => (bits[Byte(index)] & Mask(index)) != 0;
        set => bits[Byte(index)] = (byte)(value ? bits[Byte(index)] | Mask(index) : bits[Byte(index)] & ~Mask(index));
    }

    public static StatusList Create(int entries = MinimumEntries)
    {
        if (entries is < MinimumEntries or > MaxEntries || entries % 8 != 0)
            throw new LinkedDataException("status list length", $"A status list has from {MinimumEntries} to {MaxEntries} entries, a multiple of 8.");
        return new StatusList(new byte[entries / 8]);
    }

    public string Encode()
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(bits);
        return Multibase.EncodeBase64Url(output.GetBuffer().AsSpan(0, (int)output.Length));
    }

    public static StatusList Decode(string encodedList)
    {
        if (!encodedList.StartsWith('u'))
            throw new LinkedDataException("status list encoding", "encodedList is not multibase base64url: it must start with u.");
        return Decompress(Multibase.Decode(encodedList));
    }

    /// <summary>
    /// A free entry, chosen at random so that its number tells nothing about when a credential was issued. This list has a bit for
    /// each entry given away; the entry returned is marked in it.
    /// </summary>
    public int Allocate()
    {
        const int Tries = 64;
        for (var i = 0; i < Tries; i++)
        {
            var index = RandomNumberGenerator.GetInt32(Length);
            if (!this[index])
                return Take(index);
        }
        // Nearly full: from a random place on, the next free one.
        var start = RandomNumberGenerator.GetInt32(Length);
        for (var i = 0; i < Length; i++)
        {
            var index = (start + i) % Length;
            if (!this[index])
                return Take(index);
        }
        throw new LinkedDataException("status list full", "Each entry of the status list is given away: start another list.");
    }

    private int Take(int index)
    {
        this[index] = true;
        return index;
    }

    internal static StatusList Decompress(byte[] compressed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
            using var output = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (gzip.Read(buffer) is var read and > 0)
            {
                if (output.Length + read > MaxEntries / 8)
                    throw new LinkedDataException("status list length", $"The status list has more than {MaxEntries} entries.");
                output.Write(buffer, 0, read);
            }
            return new StatusList(output.ToArray());
        }
        catch (InvalidDataException problem)
        {
            throw new LinkedDataException("status list encoding", "encodedList is not gzip.", problem);
        }
    }

    private int Byte(int index) => index >= 0 && index < Length
        ? index >> 3
        : throw new LinkedDataException("status index", $"The status list has no entry {index}; it has {Length}.");

    private static int Mask(int index) => 0x80 >> (index & 7);
}
