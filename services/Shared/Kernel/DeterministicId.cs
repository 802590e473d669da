using System.Security.Cryptography;
using System.Text;

namespace Pathways.Kernel;

/// <summary>
/// Name-based UUIDs (RFC 9562 version 5). An effect whose id is derived from its cause can be attempted twice and
/// still exist once.
/// </summary>
public static class DeterministicId
{
    public static Guid From(Guid cause, string name)
    {
        byte[] input = [.. cause.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)];
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 9562 prescribes SHA-1 for version 5; it names, it does not protect.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
