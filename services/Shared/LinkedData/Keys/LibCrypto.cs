using System.Runtime.InteropServices;

namespace Pathways.LinkedData;

/// <summary>
/// The few functions of OpenSSL's libcrypto that the framework does not offer: Ed25519 (RFC 8032) and decompression of
/// elliptic curve points. The framework runs on the same library.
/// </summary>
internal static partial class LibCrypto
{
    public const int Ed25519 = 1087;
    private const string Library = "libcrypto.so.3";

    [LibraryImport(Library)]
    public static partial KeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    public static partial KeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_raw_public_key(KeyHandle key, Span<byte> output, ref nuint length);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial DigestContextHandle EVP_MD_CTX_new();

    [LibraryImport(Library)]
    public static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit(DigestContextHandle context, nint keyContext, nint digest, nint engine, KeyHandle key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(
        DigestContextHandle context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> data, nuint dataLength);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerifyInit(DigestContextHandle context, nint keyContext, nint digest, nint engine, KeyHandle key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerify(
        DigestContextHandle context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> data, nuint dataLength);

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();

    [LibraryImport(Library)]
    public static partial CurveHandle EC_GROUP_new_by_curve_name(int curve);

    [LibraryImport(Library)]
    public static partial void EC_GROUP_free(nint curve);

    [LibraryImport(Library)]
    public static partial PointHandle EC_POINT_new(CurveHandle curve);

    [LibraryImport(Library)]
    public static partial void EC_POINT_free(nint point);

    [LibraryImport(Library)]
    public static partial int EC_POINT_oct2point(CurveHandle curve, PointHandle point, ReadOnlySpan<byte> octets, nuint length, nint context);

    [LibraryImport(Library)]
    public static partial nuint EC_POINT_point2oct(CurveHandle curve, PointHandle point, int form, Span<byte> octets, nuint length, nint context);

    /// <summary>An EVP_PKEY, private or public.</summary>
    public sealed class KeyHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    public sealed class DigestContextHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }

    public sealed class CurveHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EC_GROUP_free(handle);
            return true;
        }
    }

    public sealed class PointHandle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EC_POINT_free(handle);
            return true;
        }
    }
}
