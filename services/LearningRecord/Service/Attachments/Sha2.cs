using System.Security.Cryptography;

namespace Pathways.LearningRecord.Attachments;

/// <summary>The hashes of attachments, told apart by their length.</summary>
internal static class Sha2
{
    public static bool IsOf(string sha2, ReadOnlySpan<byte> content) => sha2.Length switch
    {
        64 => Equal(sha2, SHA256.HashData(content)),
        96 => Equal(sha2, SHA384.HashData(content)),
        128 => Equal(sha2, SHA512.HashData(content)),
        // SHA-224 is not among the platform's; what can't be checked is not taken.
        _ => false,
    };

    private static bool Equal(string sha2, byte[] hash) => sha2.Equals(Convert.ToHexString(hash), StringComparison.OrdinalIgnoreCase);
}
