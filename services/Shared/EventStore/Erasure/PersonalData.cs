using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Erasure;

/// <summary>Keys in <c>events.subject_keys</c>. They are read each time and kept nowhere: an erasure holds at once, in every process.</summary>
internal sealed class PersonalData(TenantReader database, MasterKey master) : IPersonalData
{
    // The ciphertext's own format, and the generation of the key it was made with.
    private const string Prefix = "pd1.";

    public async Task<string> ProtectAsync(string tenant, string subject, string recordId, ReadOnlyMemory<byte> data, CancellationToken cancellation)
    {
        var key = await FindAsync(tenant, subject, cancellation) is { Wrapped: not null } known
            ? known
            : await CreateAsync(tenant, subject, cancellation);
        byte[] cipher = Aead.Seal(Unwrap(key, tenant, subject), data.Span, RecordContext(tenant, subject, recordId));
        return string.Create(CultureInfo.InvariantCulture, $"{Prefix}{key.Generation}.{Base64Url.EncodeToString(cipher)}");
    }

    public async Task<byte[]?> RevealAsync(string tenant, string subject, string recordId, string ciphertext, CancellationToken cancellation)
    {
        string[] parts = ciphertext.Split('.');
        if (parts.Length != 3 || !ciphertext.StartsWith(Prefix, StringComparison.Ordinal)
            || !int.TryParse(parts[1], CultureInfo.InvariantCulture, out int generation))
            throw new CryptographicException("This is no protected personal data.");
        var key = await FindAsync(tenant, subject, cancellation);
        if (key?.Wrapped is null || key.Generation != generation) return null;
        return Aead.Open(Unwrap(key, tenant, subject), Base64Url.DecodeFromChars(parts[2]), RecordContext(tenant, subject, recordId));
    }

    public async Task EraseAsync(string tenant, string subject, CancellationToken cancellation)
        => await database.QueryAsync(
            tenant,
            """
            update events.subject_keys set wrapped_key = null, erased_at = now()
            where tenant_id = $1 and subject = $2 and wrapped_key is not null
            """,
            [new() { Value = tenant }, new() { Value = subject }],
            _ => 0,
            cancellation);

    private async Task<SubjectKey?> FindAsync(string tenant, string subject, CancellationToken cancellation)
    {
        var found = await database.QueryAsync(
            tenant,
            "select generation, wrapped_key from events.subject_keys where tenant_id = $1 and subject = $2",
            [new() { Value = tenant }, new() { Value = subject }],
            SubjectKey.Read,
            cancellation);
        return found.Count == 0 ? null : found[0];
    }

    private async Task<SubjectKey> CreateAsync(string tenant, string subject, CancellationToken cancellation)
    {
        byte[] wrapped = master.Wrap(RandomNumberGenerator.GetBytes(32), KeyContext(tenant, subject));
        // Of two that create at once the first one's key holds, for both.
        await database.QueryAsync(
            tenant,
            """
            insert into events.subject_keys as k (tenant_id, subject, generation, wrapped_key) values ($1, $2, 1, $3)
            on conflict (tenant_id, subject) do update
              set generation = k.generation + 1, wrapped_key = excluded.wrapped_key, created_at = now(), erased_at = null
              where k.wrapped_key is null
            """,
            [new() { Value = tenant }, new() { Value = subject }, new() { Value = wrapped }],
            _ => 0,
            cancellation);
        return await FindAsync(tenant, subject, cancellation) is { Wrapped: not null } key
            ? key
            : throw new InvalidOperationException("The person was erased while data about them was being protected.");
    }

    private byte[] Unwrap(SubjectKey key, string tenant, string subject) => master.Unwrap(key.Wrapped!, KeyContext(tenant, subject));

    private static string KeyContext(string tenant, string subject) => $"subject-key\n{tenant}\n{subject}";

    private static string RecordContext(string tenant, string subject, string recordId) => $"personal-data\n{tenant}\n{subject}\n{recordId}";

    private sealed record SubjectKey(int Generation, byte[]? Wrapped)
    {
        public static SubjectKey Read(Npgsql.NpgsqlDataReader row)
            => new(row.GetInt32(0), row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1));
    }
}
