using System.Security.Cryptography;
using System.Text;

namespace Pathways.EventStore.Erasure;

/// <summary>AES-256-GCM with a random nonce: nonce (12) ‖ tag (16) ‖ ciphertext. The context is authenticated, not stored.</summary>
internal static class Aead
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> data, string context)
    {
        byte[] output = new byte[NonceSize + TagSize + data.Length];
        var nonce = output.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, data, output.AsSpan(NonceSize + TagSize), output.AsSpan(NonceSize, TagSize), Encoding.UTF8.GetBytes(context));
        return output;
    }

    public static byte[] Open(byte[] key, ReadOnlySpan<byte> input, string context)
    {
        if (input.Length < NonceSize + TagSize) throw new CryptographicException("The ciphertext is too short.");
        byte[] data = new byte[input.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(input[..NonceSize], input[(NonceSize + TagSize)..], input.Slice(NonceSize, TagSize), data, Encoding.UTF8.GetBytes(context));
        return data;
    }
}
