using System.Security.Cryptography;

namespace Pathways.LinkedData;

/// <summary>Multikey of Controlled Identifiers 1.0 (2.2.2): a multicodec prefix and the raw or compressed key, in base58btc.</summary>
internal static class Multikey
{
    private static readonly (KeyAlgorithm Algorithm, byte[] Public, byte[] Secret)[] Codecs =
    [
        (KeyAlgorithm.Ed25519, [0xed, 0x01], [0x80, 0x26]),
        (KeyAlgorithm.P256, [0x80, 0x24], [0x86, 0x26]),
        (KeyAlgorithm.P384, [0x81, 0x24], [0x87, 0x26]),
    ];

    public static string Write(KeyAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        var prefix = Codecs.Single(codec => codec.Algorithm == algorithm).Public;
        return Multibase.EncodeBase58Btc([.. prefix, .. key]);
    }

    public static VerificationKey ReadPublic(string publicKeyMultibase)
    {
        // Base58btc is the only base that Multikey allows.
        if (!publicKeyMultibase.StartsWith('z'))
            throw new LinkedDataException("invalid key", "publicKeyMultibase must be base58btc: it must start with z.");
        var bytes = Multibase.Decode(publicKeyMultibase);
        foreach (var (algorithm, prefix, _) in Codecs)
        {
            if (!bytes.AsSpan().StartsWith(prefix))
                continue;
            var key = bytes.AsSpan(prefix.Length);
            if (algorithm == KeyAlgorithm.Ed25519)
                return new Ed25519VerificationKey(key);
            var curve = NistCurve.Of(algorithm);
            return new EcdsaVerificationKey(curve, curve.Decompress(key));
        }
        throw new LinkedDataException("invalid key", "publicKeyMultibase is not an Ed25519, P-256 or P-384 key.");
    }

    public static SigningKey ReadSecret(string secretKeyMultibase, string publicKeyMultibase)
    {
        var secret = Multibase.Decode(secretKeyMultibase);
        foreach (var (algorithm, publicPrefix, prefix) in Codecs)
        {
            if (!secret.AsSpan().StartsWith(prefix))
                continue;
            var d = secret[prefix.Length..];
            if (algorithm == KeyAlgorithm.Ed25519)
                return SigningKey.FromEd25519Seed(d);
            var curve = NistCurve.Of(algorithm);
            var point = curve.Decompress(Multibase.Decode(publicKeyMultibase).AsSpan(publicPrefix.Length));
            return new EcdsaSigningKey(ECDsa.Create(new ECParameters { Curve = curve.Curve, D = d, Q = point }));
        }
        throw new LinkedDataException("invalid key", "secretKeyMultibase is not an Ed25519, P-256 or P-384 key.");
    }
}
