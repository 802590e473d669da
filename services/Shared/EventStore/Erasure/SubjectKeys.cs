using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.Kernel;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.EventStore.Erasure;

/// <summary>Unwrapped keys by subject. Lives as long as one request.</summary>
internal sealed class SubjectKeys(string tenant, IReadOnlyDictionary<string, SubjectKey> keys) : ISubjectKeys
{
    // The ciphertext's own format, and the generation of the key it was made with.
    private const string Prefix = "pd1.";

    // As any other change meanwhile: whoever reads again and decides again gets on.
    private static readonly Rejection ErasedMeanwhile = Rejection.Conflict("stream-version-conflict", "A person was erased meanwhile.", "Read it again, and decide again.");

    public bool Has(string subject) => keys.ContainsKey(subject);

    public string Protect(string subject, string recordId, ReadOnlySpan<byte> data)
    {
        var key = keys[subject];
        byte[] cipher = Aead.Seal(key.Key, data, RecordContext(subject, recordId));
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{key.Generation}.{Base64Url.EncodeToString(cipher)}");
    }

    public byte[]? Reveal(string subject, string recordId, string ciphertext)
    {
        int dot = ciphertext.LastIndexOf('.');
        if (!ciphertext.StartsWith(Prefix, StringComparison.Ordinal) || dot <= Prefix.Length
            || !int.TryParse(ciphertext.AsSpan(Prefix.Length, dot - Prefix.Length), CultureInfo.InvariantCulture, out int generation))
            throw new CryptographicException("This is no protected personal data.");
        if (!keys.TryGetValue(subject, out var key) || key.Generation != generation) return null;
        return Aead.Open(key.Key, Base64Url.DecodeFromChars(ciphertext.AsSpan(dot + 1)), RecordContext(subject, recordId));
    }

    public GuardedWrite Hold(IReadOnlyCollection<string> subjects) => new(
        """
        select 1 from events.subject_keys k join unnest($2, $3) as held (subject, generation) on k.subject = held.subject and k.generation = held.generation
        where k.tenant_id = $1 and k.wrapped_key is not null for share of k
        """,
        [
            Text(tenant),
            Texts(subjects),
            new() { Value = subjects.Select(subject => keys[subject].Generation).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
        ],
        RowsRequired: subjects.Count,
        Conflict: ErasedMeanwhile,
        // Others hold the same keys beside it; only an erasure waits.
        OwnRows: true,
        Columns: true);

    private string RecordContext(string subject, string recordId) => $"personal-data\n{tenant}\n{subject}\n{recordId}";
}

/// <summary>One person's key. After an erasure the next one is another generation.</summary>
internal sealed record SubjectKey(int Generation, byte[] Key);
