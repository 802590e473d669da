using System.Buffers.Text;

namespace Pathways.LinkedData;

/// <summary>Multibase as Controlled Identifiers 1.0 (2.4) uses it: <c>z</c> base58btc and <c>u</c> base64url without padding.</summary>
public static class Multibase
{
    /// <summary>Base58 takes time quadratic in its length, so a stranger's value is bounded.</summary>
    private const int MaxBase58Length = 1024;

    public static string EncodeBase58Btc(ReadOnlySpan<byte> bytes) => "z" + Base58.Encode(bytes);

    public static string EncodeBase64Url(ReadOnlySpan<byte> bytes) => "u" + Base64Url.EncodeToString(bytes);

    public static byte[] Decode(string text)
    {
        if (text.StartsWith('z') && text.Length <= MaxBase58Length)
            return Base58.Decode(text.AsSpan(1));
        if (text.StartsWith('u') && Base64Url.IsValid(text.AsSpan(1)) && !text.Contains('='))
            return Base64Url.DecodeFromChars(text.AsSpan(1));
        throw new LinkedDataException("invalid multibase", "The value is not multibase base58btc (z…) or base64url (u…).");
    }
}

/// <summary>Base 58 with Bitcoin's alphabet; a leading zero byte is a leading 1.</summary>
internal static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var zeros = bytes.IndexOfAnyExcept((byte)0);
        if (zeros < 0)
            return new string(Alphabet[0], bytes.Length);

        // log 256 / log 58 is a little below 1.37.
        Span<byte> digits = new byte[(bytes.Length * 137 / 100) + 1];
        var length = 0;
        foreach (int value in bytes[zeros..])
        {
            var carry = value;
            for (var i = 0; i < length; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }
            for (; carry > 0; carry /= 58)
                digits[length++] = (byte)(carry % 58);
        }

        var text = new char[zeros + length];
        Array.Fill(text, Alphabet[0], 0, zeros);
        for (var i = 0; i < length; i++)
            text[zeros + i] = Alphabet[digits[length - 1 - i]];
        return new string(text);
    }

    public static byte[] Decode(ReadOnlySpan<char> text)
    {
        var zeros = text.IndexOfAnyExcept(Alphabet[0]);
        if (zeros < 0)
            return new byte[text.Length];

        Span<byte> bytes = new byte[text.Length];
        var length = 0;
        foreach (var c in text[zeros..])
        {
            var carry = Alphabet.IndexOf(c);
            if (carry < 0)
                throw new LinkedDataException("invalid multibase", $"'{c}' is not a character of base58btc.");
            for (var i = 0; i < length; i++)
            {
                carry += bytes[i] * 58;
                bytes[i] = (byte)carry;
                carry >>= 8;
            }
            for (; carry > 0; carry >>= 8)
                bytes[length++] = (byte)carry;
        }

        var result = new byte[zeros + length];
        for (var i = 0; i < length; i++)
            result[zeros + i] = bytes[length - 1 - i];
        return result;
    }
}
