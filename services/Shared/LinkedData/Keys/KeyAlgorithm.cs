namespace Pathways.LinkedData;

public enum KeyAlgorithm
{
    /// <summary>Ed25519 (RFC 8032); JOSE calls it EdDSA.</summary>
    Ed25519,

    /// <summary>ECDSA on P-256 with SHA-256: ES256.</summary>
    P256,

    /// <summary>ECDSA on P-384 with SHA-384: ES384.</summary>
    P384,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256: RS256. At least 2048 bits.</summary>
    Rsa,
}

internal static class KeyAlgorithms
{
    /// <summary>The <c>alg</c> of RFC 7518 and RFC 8037. One algorithm per key type, so a token cannot talk a key into another use.</summary>
    public static string JoseName(this KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Ed25519 => "EdDSA",
        KeyAlgorithm.P256 => "ES256",
        KeyAlgorithm.P384 => "ES384",
        _ => "RS256",
    };
}
