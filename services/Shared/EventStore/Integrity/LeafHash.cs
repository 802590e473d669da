using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Integrity;

/// <summary>
/// The hash of one event, and the chain over them.
/// <para>
/// A leaf is, in this order: <c>pathways-event-v1</c>, tenant, stream, version, id, type, .NET type, data, binary data,
/// timestamp (microseconds since 1970), actor, correlation id, causation id, headers. Every field is preceded by its
/// length in bytes (4 bytes, big-endian; FFFFFFFF for a field that is absent); text is UTF-8, integers are 8 bytes
/// big-endian, the id is its 16 bytes in RFC 9562 order, data and headers are PostgreSQL's text of the jsonb value.
/// </para>
/// <para>leaf hash = SHA-256(0x00 ‖ leaf) (RFC 9162, 2.1.1); chain = SHA-256(previous ‖ leaf hash), from 32 zero bytes.</para>
/// </summary>
public static class LeafHash
{
    private const string Format = "pathways-event-v1";

    public static byte[] Genesis => new byte[SHA256.HashSizeInBytes];

    public static byte[] Of(StoredEvent stored)
    {
        var leaf = new ArrayBufferWriter<byte>(stored.Data.Length + 512);
        leaf.Write<byte>([0x00]);
        Text(leaf, Format);
        Text(leaf, stored.Tenant);
        Text(leaf, stored.Stream);
        Number(leaf, stored.Version);
        Bytes(leaf, stored.Id.ToByteArray(bigEndian: true));
        Text(leaf, stored.Type);
        Text(leaf, stored.DotNetType);
        Text(leaf, stored.Data);
        Bytes(leaf, stored.BinaryData);
        Number(leaf, (stored.Timestamp - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        Text(leaf, stored.Actor);
        Text(leaf, stored.CorrelationId);
        Text(leaf, stored.CausationId);
        Text(leaf, stored.Headers);
        return SHA256.HashData(leaf.WrittenSpan);
    }

    public static byte[] Chain(ReadOnlySpan<byte> previous, ReadOnlySpan<byte> leaf)
    {
        Span<byte> both = stackalloc byte[2 * SHA256.HashSizeInBytes];
        previous.CopyTo(both);
        leaf.CopyTo(both[SHA256.HashSizeInBytes..]);
        return SHA256.HashData(both);
    }

    private static void Text(ArrayBufferWriter<byte> leaf, string? value)
    {
        if (value is null)
        {
            Length(leaf, uint.MaxValue);
            return;
        }
        int size = Encoding.UTF8.GetByteCount(value);
        Length(leaf, (uint)size);
        Encoding.UTF8.GetBytes(value, leaf.GetSpan(size));
        leaf.Advance(size);
    }

    private static void Bytes(ArrayBufferWriter<byte> leaf, byte[]? value)
    {
        Length(leaf, value is null ? uint.MaxValue : (uint)value.Length);
        leaf.Write(value ?? []);
    }

    private static void Number(ArrayBufferWriter<byte> leaf, long value)
    {
        Length(leaf, sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(leaf.GetSpan(sizeof(long)), value);
        leaf.Advance(sizeof(long));
    }

    private static void Length(ArrayBufferWriter<byte> leaf, uint length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(leaf.GetSpan(sizeof(uint)), length);
        leaf.Advance(sizeof(uint));
    }
}
