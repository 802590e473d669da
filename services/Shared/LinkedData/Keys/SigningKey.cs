using System.Security.Cryptography;

namespace Pathways.LinkedData;

/// <summary>Whatever signs: a key in memory, a key service, a hardware module.</summary>
public interface ISigner
{
    VerificationKey PublicKey { get; }

    /// <summary>The raw signature: 64 bytes for Ed25519, r and s side by side (IEEE P1363) for ECDSA, PKCS#1 v1.5 for RSA.</summary>
    byte[] Sign(ReadOnlySpan<byte> data);
}

/// <summary>A private key in memory. Safe to share between threads; dispose of it to wipe it.</summary>
public abstract class SigningKey : ISigner, IDisposable
{
    public KeyAlgorithm Algorithm => PublicKey.Algorithm;

    public abstract VerificationKey PublicKey { get; }

    public abstract byte[] Sign(ReadOnlySpan<byte> data);

    /// <summary>PKCS#8 (RFC 5208, RFC 8410 for Ed25519). Encrypt it before it is stored.</summary>
    public abstract byte[] ExportPkcs8();

    public static SigningKey Generate(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Ed25519 => Ed25519SigningKey.Generate(),
        KeyAlgorithm.P256 => new EcdsaSigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)),
        KeyAlgorithm.P384 => new EcdsaSigningKey(ECDsa.Create(ECCurve.NamedCurves.nistP384)),
        _ => new RsaSigningKey(RSA.Create(2048)),
    };

    /// <summary>Of any of the algorithms: PKCS#8 names its own.</summary>
    public static SigningKey FromPkcs8(ReadOnlySpan<byte> pkcs8)
    {
        if (Ed25519SigningKey.TryReadPkcs8(pkcs8, out var seed))
            return FromEd25519Seed(seed);
        foreach (var read in new Func<byte[], SigningKey>[] { EcdsaSigningKey.FromPkcs8, RsaSigningKey.FromPkcs8 })
        {
            try
            {
                return read(pkcs8.ToArray());
            }
            catch (CryptographicException)
            {
                // PKCS#8 of another algorithm: the next reader may know it.
                continue;
            }
        }
        throw new LinkedDataException("invalid key", "The private key is not PKCS#8 of an Ed25519, P-256, P-384 or RSA key.");
    }

    /// <summary>The 32 bytes that RFC 8032 calls the private key.</summary>
    public static SigningKey FromEd25519Seed(ReadOnlySpan<byte> seed) => new Ed25519SigningKey(seed);

    /// <summary>A Multikey <c>secretKeyMultibase</c>, with its public half where the curve needs it.</summary>
    public static SigningKey FromSecretMultibase(string secretKeyMultibase, string publicKeyMultibase)
        => Multikey.ReadSecret(secretKeyMultibase, publicKeyMultibase);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}
