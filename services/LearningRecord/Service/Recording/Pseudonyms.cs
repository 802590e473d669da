using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Pathways.EventStore.Erasure;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// Keyed hashes of what may be personal: learner ids and index terms. The key of a tenant is derived from one secret of this
/// service (<c>pseudonyms.key</c> below <c>Pathways:Secrets</c>), so two tenants never share a pseudonym.
/// </summary>
public sealed class Pseudonyms(IConfiguration configuration)
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int LearnerIdChars = 26;

    private readonly Lazy<byte[]> _secret = new(() => SecretFile.KeyAt(Path.Combine(
        configuration["Pathways:Secrets"] ?? throw new InvalidOperationException("Pathways:Secrets is not configured: pseudonyms need a secret."),
        "pseudonyms.key")));

    private readonly ConcurrentDictionary<string, byte[]> _tenantKeys = new();

    /// <summary><c>learner-</c> and 130 bits of the hash, in base 32.</summary>
    public string LearnerId(string tenant, Identity identity)
    {
        byte[] hash = Hash(tenant, "learner\n" + identity.Canonical);
        var id = new StringBuilder("learner-", 8 + LearnerIdChars);
        for (int bit = 0; bit < LearnerIdChars * 5; bit += 5)
        {
            int pair = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
            id.Append(Alphabet[(pair >> (11 - (bit % 8))) & 31]);
        }
        return id.ToString();
    }

    /// <summary>Whether it has the form of a learner's id; of whom, only the store knows.</summary>
    public static bool IsLearnerId(string? text)
        => text is { Length: 8 + LearnerIdChars } && text.StartsWith("learner-", StringComparison.Ordinal) && text.AsSpan(8).IndexOfAnyExcept(Alphabet) < 0;

    public long Term(string tenant, Term term) => BinaryPrimitives.ReadInt64BigEndian(Hash(tenant, $"term\n{(int)term.Kind}\n{term.Value}"));

    /// <summary>Name of something that is found by what may be personal, 128 bits in hexadecimal.</summary>
    public string Name(string tenant, string value) => Convert.ToHexStringLower(Hash(tenant, "name\n" + value).AsSpan(0, 16));

    /// <summary>Number of a group of things that are listed together.</summary>
    public long Group(string tenant, string value) => BinaryPrimitives.ReadInt64BigEndian(Hash(tenant, "group\n" + value));

    private byte[] Hash(string tenant, string value)
    {
        byte[] key = _tenantKeys.GetOrAdd(tenant, name => HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret.Value, 32, info: Encoding.UTF8.GetBytes("pseudonyms\n" + name)));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(value));
    }
}
