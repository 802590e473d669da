using System.Security.Cryptography;
using Pathways.EventStore.Integrity;
using Xunit;

namespace Pathways.Shared.Tests.EventStore;

public sealed class MerkleProofs
{
    // Leaves and roots of the reference tests for RFC 6962 (certificate-transparency and transparency-dev/merkle).
    private static readonly string[] ReferenceLeaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] ReferenceRoots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Agree_with_the_reference_roots()
    {
        var range = new CompactRange();
        for (int i = 0; i < ReferenceLeaves.Length; i++)
        {
            range.Append(SHA256.HashData([0x00, .. Convert.FromHexString(ReferenceLeaves[i])]));
            Assert.Equal(ReferenceRoots[i], Convert.ToHexStringLower(range.Root()));
        }
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", Convert.ToHexStringLower(new CompactRange().Root()));
    }

    [Fact]
    public async Task Hold_for_every_leaf_and_pair_of_sizes_and_for_nothing_else()
    {
        const int most = 35;
        byte[][] leaves = [.. Enumerable.Range(0, most).Select(i => SHA256.HashData([0x00, (byte)i]))];
        Task<byte[]> Subtree(long first, long count) => Task.FromResult(Root(leaves, (int)first, (int)count));

        for (int size = 1; size <= most; size++)
        {
            byte[] root = Root(leaves, 0, size);
            Assert.Equal(root, await MerkleProof.RangeAsync(0, size, Subtree));
            for (int index = 0; index < size; index++)
            {
                var path = await MerkleProof.InclusionAsync(index, size, Subtree);
                Assert.True(MerkleProof.VerifyInclusion(leaves[index], index, size, path, root));
                Assert.False(MerkleProof.VerifyInclusion(leaves[(index + 1) % most], index, size, path, root));
                Assert.False(MerkleProof.VerifyInclusion(leaves[index], index, size, [.. path, root], root));
                if (path.Count > 0) Assert.False(MerkleProof.VerifyInclusion(leaves[index], index, size, path[..^1], root));
            }
            for (int old = 1; old <= size; old++)
            {
                byte[] oldRoot = Root(leaves, 0, old);
                var proof = await MerkleProof.ConsistencyAsync(old, size, Subtree);
                Assert.True(MerkleProof.VerifyConsistency(old, oldRoot, size, root, proof));
                Assert.False(MerkleProof.VerifyConsistency(old, Altered(oldRoot), size, root, proof));
                Assert.False(MerkleProof.VerifyConsistency(old, oldRoot, size, Altered(root), proof));
                for (int i = 0; i < proof.Count; i++)
                    Assert.False(MerkleProof.VerifyConsistency(old, oldRoot, size, root, [.. proof.Select((hash, at) => at == i ? Altered(hash) : hash)]));
            }
        }
    }

    [Fact]
    public void Are_signed_as_notes_that_open_with_their_key_only()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var checkpoint = new Checkpoint("localhost:8080/credential-issuance", 42, SHA256.HashData([1]));
        string note = SignedNote.Sign(checkpoint.Text, checkpoint.Origin, key);

        var opened = Verifier(checkpoint.Origin, key).Open(note);

        Assert.Equal((checkpoint.Size, checkpoint.Text), (opened!.Size, opened.Text));
        Assert.Null(Verifier(checkpoint.Origin, other).Open(note));
        Assert.Null(Verifier("localhost:8080/another", key).Open(note));
        Assert.Null(Verifier(checkpoint.Origin, key).Open(note.Replace("\n42\n", "\n43\n", StringComparison.Ordinal)));
        Assert.Null(Verifier(checkpoint.Origin, key).Open("nothing signed\n"));
        Assert.Equal(Verifier(checkpoint.Origin, key), VerifierKey.Parse(Verifier(checkpoint.Origin, key).ToString()));
        Assert.Null(VerifierKey.Parse(Verifier(checkpoint.Origin, key).ToString().Replace("localhost:8080/credential-issuance+", "localhost:8080/credential-issuance+0", StringComparison.Ordinal)));
    }

    private static VerifierKey Verifier(string name, ECDsa key) => new(name, key.ExportSubjectPublicKeyInfo());

    /// <summary>The definition itself, RFC 9162 section 2.1.1.</summary>
    private static byte[] Root(byte[][] leaves, int first, int count)
    {
        if (count == 1) return leaves[first];
        int left = 1;
        while (left * 2 < count) left *= 2;
        return MerkleTree.Node(Root(leaves, first, left), Root(leaves, first + left, count - left));
    }

    private static byte[] Altered(byte[] hash) => [(byte)(hash[0] ^ 1), .. hash[1..]];
}
