using System.Security.Cryptography;

namespace Pathways.EventStore.Integrity;

/// <summary>Who signs, and the key to check it with (C2SP signed-note, "verifier keys"): <c>name+id+key</c> on one line.</summary>
/// <param name="Name">Of the log and of its key.</param>
/// <param name="PublicKey">SubjectPublicKeyInfo of an ECDSA P-256 key.</param>
public sealed record VerifierKey(string Name, ReadOnlyMemory<byte> PublicKey)
{
    private const byte Ecdsa = 0x02;

    public bool Equals(VerifierKey? other) => other is not null && Name == other.Name && PublicKey.Span.SequenceEqual(other.PublicKey.Span);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <returns>Null when the line is no key of a kind we know.</returns>
    public static VerifierKey? Parse(string line)
    {
        string[] parts = line.Split('+', 3);
        if (parts.Length != 3 || parts[0].Length == 0 || parts[0].Any(char.IsWhiteSpace)) return null;
        byte[] value = new byte[parts[2].Length];
        if (!Convert.TryFromBase64String(parts[2], value, out int length) || length < 2 || value[0] != Ecdsa) return null;
        var key = new VerifierKey(parts[0], value.AsMemory(1, length - 1));
        return key.Id == parts[1] && key.IsUsable ? key : null;
    }

    /// <returns>The checkpoint; null when this key has not signed it, or it is none of this log.</returns>
    public Checkpoint? Open(string note)
    {
        using var key = Import();
        return SignedNote.Open(note, Name, key) is { } text ? Checkpoint.Parse(text, Name) : null;
    }

    public override string ToString() => $"{Name}+{Id}+{Convert.ToBase64String([Ecdsa, .. PublicKey.Span])}";

    private string Id => Convert.ToHexStringLower(SHA256.HashData(PublicKey.Span).AsSpan(0, 4));

    private bool IsUsable
    {
        get
        {
            try
            {
                using var key = Import();
                return key.KeySize == 256;
            }
            catch (CryptographicException)
            {
                return false;
            }
        }
    }

    private ECDsa Import()
    {
        var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(PublicKey.Span, out _);
        return key;
    }
}
