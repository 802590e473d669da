using System.Buffers.Binary;
using System.Text;
using Pathways.EventStore.Erasure;
using Pathways.LearningRecord.Domain.Documents;

namespace Pathways.LearningRecord.Documents;

/// <summary>
/// A document's id, type and content as one ciphertext: none of them is to be readable without the key. It is bound to its
/// version, so that it can't stand in for another one; the first ones, without the prefix, are bound to the stream alone.
/// </summary>
internal static class DocumentText
{
    private const string BoundToVersion = "v2:";

    public static string Protect(ISubjectKeys keys, string subject, string stream, long version, DocumentContent content)
        => BoundToVersion + keys.Protect(subject, RecordId(stream, version), Pack(content));

    /// <returns>Null when the person was erased since.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It was altered, or belongs to another version or document.</exception>
    public static DocumentContent? Reveal(ISubjectKeys keys, string subject, string stream, long version, string text)
    {
        byte[]? packed = text.StartsWith(BoundToVersion, StringComparison.Ordinal)
            ? keys.Reveal(subject, RecordId(stream, version), text[BoundToVersion.Length..])
            : keys.Reveal(subject, stream, text);
        return packed is null ? null : Unpack(packed);
    }

    internal static byte[] Pack(DocumentContent content)
    {
        byte[] id = Encoding.UTF8.GetBytes(content.Id), type = Encoding.UTF8.GetBytes(content.ContentType);
        byte[] packed = new byte[8 + id.Length + type.Length + content.Bytes.Length];
        BinaryPrimitives.WriteInt32BigEndian(packed, id.Length);
        BinaryPrimitives.WriteInt32BigEndian(packed.AsSpan(4), type.Length);
        id.CopyTo(packed, 8);
        type.CopyTo(packed, 8 + id.Length);
        content.Bytes.CopyTo(packed.AsMemory(8 + id.Length + type.Length));
        return packed;
    }

    private static DocumentContent Unpack(byte[] packed)
    {
        int id = BinaryPrimitives.ReadInt32BigEndian(packed), type = BinaryPrimitives.ReadInt32BigEndian(packed.AsSpan(4));
        return new DocumentContent(
            Encoding.UTF8.GetString(packed, 8, id), Encoding.UTF8.GetString(packed, 8 + id, type), packed.AsMemory(8 + id + type));
    }

    private static string RecordId(string stream, long version) => $"{stream}/{version}";
}
