using System.Globalization;
using System.Security.Cryptography;

namespace Pathways.EventStore.Integrity;

/// <summary>A head of the log (C2SP tlog-checkpoint): origin, number of leaves, Merkle root.</summary>
/// <param name="Origin">Which log: the public address of the service, without its scheme.</param>
public sealed record Checkpoint(string Origin, long Size, byte[] Root)
{
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Origin}\n{Size}\n{Convert.ToBase64String(Root)}\n");

    /// <summary>Without asking who has signed it; for that see <see cref="VerifierKey.Open"/>.</summary>
    /// <returns>Null when it is no checkpoint of that origin.</returns>
    public static Checkpoint? Parse(string text, string origin)
    {
        if (text.Split('\n') is not [var first, var size, var root, ..] || first != origin) return null;
        byte[] hash = new byte[SHA256.HashSizeInBytes];
        return long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out long leaves)
            && Convert.TryFromBase64String(root, hash, out int length) && length == hash.Length
            ? new Checkpoint(first, leaves, hash)
            : null;
    }
}
