using System.Numerics;

namespace Pathways.EventStore.Integrity;

/// <summary>Proofs of RFC 9162, sections 2.1.3 and 2.1.4: made from the hashes of ranges of leaves, checked without any.</summary>
public static class MerkleProof
{
    /// <summary>The hash of the leaves from <paramref name="first"/> on (from 0); complete subtrees are asked from <paramref name="subtree"/>.</summary>
    public static async Task<byte[]> RangeAsync(long first, long count, Func<long, long, Task<byte[]>> subtree)
    {
        if (count == 0) return MerkleTree.Empty;
        if (BitOperations.IsPow2(count)) return await subtree(first, count);
        long left = Split(count);
        byte[] before = await subtree(first, left);
        byte[] after = await RangeAsync(first + left, count - left, subtree);
        return MerkleTree.Node(before, after);
    }

    /// <summary>PATH(index, tree), 2.1.3.1.</summary>
    public static async Task<List<byte[]>> InclusionAsync(long index, long size, Func<long, long, Task<byte[]>> subtree)
    {
        var path = new List<byte[]>();
        for (long first = 0; size > 1;)
        {
            long left = Split(size);
            if (index - first < left)
            {
                path.Add(await RangeAsync(first + left, size - left, subtree));
                size = left;
            }
            else
            {
                path.Add(await RangeAsync(first, left, subtree));
                first += left;
                size -= left;
            }
        }
        path.Reverse();
        return path;
    }

    /// <summary>PROOF(old, tree), 2.1.4.1. Empty when there is nothing to prove.</summary>
    public static async Task<List<byte[]>> ConsistencyAsync(long oldSize, long size, Func<long, long, Task<byte[]>> subtree)
    {
        var proof = new List<byte[]>();
        if (oldSize == 0 || oldSize == size) return proof;
        long first = 0;
        bool whole = true;
        while (oldSize != size)
        {
            long left = Split(size);
            if (oldSize <= left)
            {
                proof.Add(await RangeAsync(first + left, size - left, subtree));
                size = left;
            }
            else
            {
                proof.Add(await RangeAsync(first, left, subtree));
                first += left;
                size -= left;
                oldSize -= left;
                whole = false;
            }
        }
        // The old tree as a whole is known to whoever asks; a part of it is not.
        if (!whole) proof.Add(await RangeAsync(first, size, subtree));
        proof.Reverse();
        return proof;
    }

    /// <summary>2.1.3.2.</summary>
    public static bool VerifyInclusion(byte[] leafHash, long index, long size, IReadOnlyList<byte[]> path, byte[] root)
    {
        if (index < 0 || index >= size) return false;
        long node = index, last = size - 1;
        byte[] hash = leafHash;
        foreach (byte[] sibling in path)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                hash = MerkleTree.Node(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else hash = MerkleTree.Node(hash, sibling);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && hash.AsSpan().SequenceEqual(root);
    }

    /// <summary>2.1.4.2.</summary>
    public static bool VerifyConsistency(long oldSize, byte[] oldRoot, long size, byte[] root, IReadOnlyList<byte[]> proof)
    {
        if (oldSize > size || oldSize < 0) return false;
        if (oldSize == size) return proof.Count == 0 && oldRoot.AsSpan().SequenceEqual(root);
        if (oldSize == 0) return proof.Count == 0;
        byte[][] path = BitOperations.IsPow2(oldSize) ? [oldRoot, .. proof] : [.. proof];
        if (path.Length == 0) return false;
        long node = oldSize - 1, last = size - 1;
        while ((node & 1) == 1) (node, last) = (node >> 1, last >> 1);
        byte[] oldHash = path[0], hash = path[0];
        foreach (byte[] sibling in path.AsSpan(1))
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                oldHash = MerkleTree.Node(sibling, oldHash);
                hash = MerkleTree.Node(sibling, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else hash = MerkleTree.Node(hash, sibling);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && oldHash.AsSpan().SequenceEqual(oldRoot) && hash.AsSpan().SequenceEqual(root);
    }

    /// <summary>The largest power of two smaller than the size: where RFC 9162 splits a tree.</summary>
    private static long Split(long size) => (long)BitOperations.RoundUpToPowerOf2((ulong)size) / 2;
}
