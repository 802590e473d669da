using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using static Pathways.LinkedData.LibCrypto;

namespace Pathways.LinkedData;

/// <summary>P-256 or P-384 and what belongs to it.</summary>
internal sealed record NistCurve(KeyAlgorithm Algorithm, string Name, ECCurve Curve, int FieldLength, HashAlgorithmName Hash, int OpenSslId)
{
    public static NistCurve P256 { get; } =
        new(KeyAlgorithm.P256, "P-256", ECCurve.NamedCurves.nistP256, 32, HashAlgorithmName.SHA256, 415);

    public static NistCurve P384 { get; } =
        new(KeyAlgorithm.P384, "P-384", ECCurve.NamedCurves.nistP384, 48, HashAlgorithmName.SHA384, 715);

    public static NistCurve Of(KeyAlgorithm algorithm) => algorithm == KeyAlgorithm.P384 ? P384 : P256;

    public static NistCurve OfSize(int bits) => bits switch
    {
        256 => P256,
        384 => P384,
        _ => throw new CryptographicException($"Neither P-256 nor P-384: a curve of {bits} bits."),
    };

    /// <summary>The point of a compressed encoding (SEC 1, 2.3.4). OpenSSL finds y and refuses what is not on the curve.</summary>
    public ECPoint Decompress(ReadOnlySpan<byte> compressed)
    {
        Span<byte> octets = stackalloc byte[(2 * 48) + 1];
        octets = octets[..((2 * FieldLength) + 1)];
        using var group = EC_GROUP_new_by_curve_name(OpenSslId);
        using var point = EC_POINT_new(group);
        const int Uncompressed = 4;
        if (compressed.Length != FieldLength + 1
            || EC_POINT_oct2point(group, point, compressed, (nuint)compressed.Length, 0) != 1
            || EC_POINT_point2oct(group, point, Uncompressed, octets, (nuint)octets.Length, 0) != (nuint)octets.Length)
        {
            ERR_clear_error();
            throw new LinkedDataException("invalid key", $"The bytes are not a compressed point of {Name}.");
        }
        return new ECPoint { X = octets.Slice(1, FieldLength).ToArray(), Y = octets[(1 + FieldLength)..].ToArray() };
    }
}

internal sealed class EcdsaSigningKey(ECDsa key) : SigningKey
{
    private readonly NistCurve curve = NistCurve.OfSize(key.KeySize);

    public override VerificationKey PublicKey { get; } =
        new EcdsaVerificationKey(NistCurve.OfSize(key.KeySize), key.ExportParameters(includePrivateParameters: false).Q);

    public override byte[] Sign(ReadOnlySpan<byte> data) => key.SignData(data, curve.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public override byte[] ExportPkcs8() => key.ExportPkcs8PrivateKey();

    public static SigningKey FromPkcs8(byte[] pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new EcdsaSigningKey(key);
    }

    protected override void Dispose(bool disposing) => key.Dispose();
}

internal sealed class EcdsaVerificationKey : VerificationKey
{
    private readonly NistCurve curve;
    private readonly ECPoint point;
    private readonly ECDsa key;

    public EcdsaVerificationKey(NistCurve curve, ECPoint point)
    {
        (this.curve, this.point) = (curve, point);
        try
        {
            key = ECDsa.Create(new ECParameters { Curve = curve.Curve, Q = point });
        }
        catch (CryptographicException problem)
        {
            throw new LinkedDataException("invalid key", $"The point is not on {curve.Name}.", problem);
        }
    }

    public override KeyAlgorithm Algorithm => curve.Algorithm;

    public override string Multibase => Multikey.Write(Algorithm, [(byte)(2 + (point.Y![^1] & 1)), .. point.X!]);

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        => key.VerifyData(data, signature, curve.Hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    public override JsonObject ToJwk() => new()
    {
        ["kty"] = "EC",
        ["crv"] = curve.Name,
        ["x"] = Base64Url.EncodeToString(point.X),
        ["y"] = Base64Url.EncodeToString(point.Y),
    };
}
