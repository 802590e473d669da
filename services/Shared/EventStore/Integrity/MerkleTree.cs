using System.Security.Cryptography;

namespace Pathways.EventStore.Integrity;

/// <summary>Hashing of RFC 9162, section 2.1.1. Leaves are hashed by <see cref="LeafHash"/>.</summary>
public static class MerkleTree
{
    /// <summary>The root of a tree without leaves.</summary>
    public static byte[] Empty => SHA256.HashData([]);

    public static byte[] Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * SHA256.HashSizeInBytes];
        input[0] = 0x01;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + SHA256.HashSizeInBytes)..]);
        return SHA256.HashData(input);
    }
}

/// <summary>The root of a growing tree in memory that grows with its logarithm: the complete subtrees, largest first.</summary>
public sealed class CompactRange
{
    private readonly List<byte[]> _subtrees = [];

    public long Size { get; private set; }

    public void Append(byte[] leafHash)
    {
        var hash = leafHash;
        // Each trailing one-bit of the size is a complete subtree that the new leaf completes to the next larger one.
        for (long size = Size; (size & 1) == 1; size >>= 1)
        {
            hash = MerkleTree.Node(_subtrees[^1], hash);
            _subtrees.RemoveAt(_subtrees.Count - 1);
        }
        _subtrees.Add(hash);
        Size++;
    }

    public byte[] Root()
    {
        if (_subtrees.Count == 0) return MerkleTree.Empty;
        var root = _subtrees[^1];
        for (int i = _subtrees.Count - 2; i >= 0; i--) root = MerkleTree.Node(_subtrees[i], root);
        return root;
    }
}
