using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Pathways.LinkedData;

internal sealed class RsaSigningKey(RSA key) : SigningKey
{
    public override VerificationKey PublicKey { get; } = new RsaVerificationKey(key.ExportParameters(includePrivateParameters: false));

    public override byte[] Sign(ReadOnlySpan<byte> data) => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public override byte[] ExportPkcs8() => key.ExportPkcs8PrivateKey();

    public static SigningKey FromPkcs8(byte[] pkcs8)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new RsaSigningKey(key);
    }

    protected override void Dispose(bool disposing) => key.Dispose();
}

internal sealed class RsaVerificationKey : VerificationKey
{
    /// <summary>RFC 7518, 3.3.</summary>
    private const int MinBits = 2048;

    /// <summary>A stranger chooses the key that we verify with; its cost grows with its size.</summary>
    private const int MaxBits = 8192;

    private readonly RSAParameters parameters;
    private readonly RSA key;

    public RsaVerificationKey(RSAParameters parameters)
    {
        this.parameters = parameters;
        if (parameters.Modulus!.Length * 8 is < MinBits or > MaxBits || parameters.Exponent!.Length > 4)
            throw new LinkedDataException("invalid key", $"RSA keys from {MinBits} to {MaxBits} bits with a small exponent are taken.");
        try
        {
            key = RSA.Create(parameters);
        }
        catch (CryptographicException problem)
        {
            throw new LinkedDataException("invalid key", "The numbers are not an RSA public key.", problem);
        }
    }

    public override KeyAlgorithm Algorithm => KeyAlgorithm.Rsa;

    public override string? Multibase => null;

    public override bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
        => key.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public override JsonObject ToJwk() => new()
    {
        ["kty"] = "RSA",
        ["n"] = Base64Url.EncodeToString(parameters.Modulus),
        ["e"] = Base64Url.EncodeToString(parameters.Exponent),
    };
}
