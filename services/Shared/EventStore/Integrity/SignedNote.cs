using System.Security.Cryptography;
using System.Text;

namespace Pathways.EventStore.Integrity;

/// <summary>
/// A text with signature lines (C2SP signed-note), here with one ECDSA P-256 signature: type 0x02, key id the first four
/// bytes of SHA-256 of the SubjectPublicKeyInfo, signature in DER over SHA-256 of the text.
/// </summary>
public static class SignedNote
{
    internal const char Dash = '\u2014';

    /// <param name="text">Ends with a newline.</param>
    /// <param name="keyName">Who signs: a URL without its scheme; no spaces, no plus.</param>
    public static string Sign(string text, string keyName, ECDsa key)
    {
        byte[] signature = key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return $"{text}\n{Dash} {keyName} {Convert.ToBase64String([.. KeyId(key), .. signature])}\n";
    }

    /// <returns>The text when the key has signed it; null otherwise. Signatures of other keys are ignored.</returns>
    public static string? Open(string note, string keyName, ECDsa key)
    {
        int end = note.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (end < 0) return null;
        string text = note[..(end + 1)];
        foreach (string line in note[(end + 2)..].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            if (parts.Length != 3 || parts[0] != Dash.ToString() || parts[1] != keyName) continue;
            byte[] value = new byte[parts[2].Length];
            if (!Convert.TryFromBase64String(parts[2], value, out int length) || length <= 4 || !value.AsSpan(0, 4).SequenceEqual(KeyId(key))) continue;
            return key.VerifyData(Encoding.UTF8.GetBytes(text), value.AsSpan(4, length - 4), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)
                ? text
                : null;
        }
        return null;
    }

    private static byte[] KeyId(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..4];
}
