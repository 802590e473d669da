using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pathways.Access.Clients;

/// <summary>A client's secret: shown once, kept as its SHA-256.</summary>
public static class ClientSecret
{
    private const int Bytes = 32;

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public static string Sha256Of(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    public static bool Matches(string secret, string sha256) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Sha256Of(secret)), Encoding.ASCII.GetBytes(sha256.ToLowerInvariant()));
}
