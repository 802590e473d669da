using System.Security.Cryptography;
using System.Text.Json.Nodes;
using static Pathways.LinkedData.LibCrypto;

namespace Pathways.LinkedData;

internal sealed class Ed25519SigningKey : SigningKey
{
    public const int SeedLength = 32;

    /// <summary>RFC 8410: PrivateKeyInfo { 0, { 1.3.101.112 }, OCTET STRING { OCTET STRING { seed } } }.</summary>
    private static readonly byte[] Pkcs8Prefix = Convert.FromHexString("302e020100300506032b657004220420");

    private readonly byte[] seed;
    private readonly KeyHandle key;

    public Ed25519SigningKey(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength)
            throw new LinkedDataException("invalid key", $"An Ed25519 private key has {SeedLength} bytes.");
        this.seed = seed.ToArray();
        key = EVP_PKEY_new_raw_private_key(Ed25519, 0, seed, SeedLength);
        if (key.IsInvalid)
            throw new CryptographicException("OpenSSL did not take the Ed25519 private key.");
        Span<byte> bytes = stackalloc byte[Ed25519VerificationKey.KeyLength];
        nuint length = Ed25519VerificationKey.KeyLength;
        if (EVP_PKEY_get_raw_public_key(key, bytes, ref length) != 1)
            throw new CryptographicException("OpenSSL did not give the Ed25519 public key.");
        PublicKey = new Ed25519VerificationKey(bytes);
    }

    public override VerificationKey PublicKey { get; }

    public static Ed25519SigningKey Generate()
    {
        Span<byte> random = stackalloc byte[SeedLength];
        RandomNumberGenerator.Fill(random);
        var generated = new Ed25519SigningKey(random);
        CryptographicOperations.ZeroMemory(random);
        return generated;
    }

    /// <summary>The context is per call and the key is only read, so one key signs on many threads at once.</summary>
    public override byte[] Sign(ReadOnlySpan<byte> data)
    {
        var signature = new byte[Ed25519VerificationKey.SignatureLength];
        nuint length = Ed25519VerificationKey.SignatureLength;
        using var context = EVP_MD_CTX_new();
        if (EVP_DigestSignInit(context, 0, 0, 0, key) != 1
            || EVP_DigestSign(context, signature, ref length, data, (nuint)data.Length) != 1)
        {
            ERR_clear_error();
            throw new CryptographicException("OpenSSL did not sign with the Ed25519 key.");
        }
        return signature;
    }

    public override byte[] ExportPkcs8() => [.. Pkcs8Prefix, .. seed];

    public static bool TryReadPkcs8(ReadOnlySpan<byte> pkcs8, out ReadOnlySpan<byte> seed)
    {
        var matches = pkcs8.Length == Pkcs8Prefix.Length + SeedLength && pkcs8.StartsWith(Pkcs8Prefix);
        seed = matches ? pkcs8[Pkcs8Prefix.Length..] : default;
        return matches;
    }

    protected override void Dispose(bool disposing)
    {
        CryptographicOperations.ZeroMemory(seed);
        key.Dispose();
    }
}

internal sealed class Ed25519VerificationKey : VerificationKey
{
    public const int KeyLength = 32;
    public const int SignatureLength = 64;

    private readonly byte[] bytes;
    private readonly KeyHandle key;

    public Ed25519VerificationKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != KeyLength)
            throw new LinkedDataException("invalid key", $"An Ed25519 public key has {KeyLength} bytes.");
        this.bytes = bytes.ToArray();
        // The handle has a finalizer: a public key is passed around freely and needs no owner.
        key = EVP_PKEY_new_raw_public_key(Ed25519, 0, bytes, KeyLength);
        if (key.IsInvalid)
            throw new CryptographicException("OpenSSL did not take the Ed25519 public key.");
    }

    public override KeyAlgorithm Algorithm => KeyAlgorithm.Ed25519;

    public override string Multibase => Multikey.Write(Algorithm, bytes);

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
            return false;
        using var context = EVP_MD_CTX_new();
        if (EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
            && EVP_DigestVerify(context, signature, SignatureLength, data, (nuint)data.Length) == 1)
        {
            return true;
        }
        // OpenSSL keeps errors per thread; one left here would surface in somebody else's call.
        ERR_clear_error();
        return false;
    }

    public override JsonObject ToJwk() => new()
    {
        ["kty"] = "OKP",
        ["crv"] = "Ed25519",
        ["x"] = System.Buffers.Text.Base64Url.EncodeToString(bytes),
    };
}
