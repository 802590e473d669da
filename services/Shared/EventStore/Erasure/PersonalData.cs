using System.Security.Cryptography;
using NpgsqlTypes;
using Pathways.EventStore.Reading;
using static Pathways.EventStore.SqlParameters;

namespace Pathways.EventStore.Erasure;

/// <summary>Keys in <c>events.subject_keys</c>. They are read each time and kept nowhere: an erasure holds at once, in every process.</summary>
internal sealed class PersonalData(TenantReader database, MasterKey master) : IPersonalData
{
    private const int Attempts = 10;

    public async Task<string> ProtectAsync(string tenant, string subject, string recordId, ReadOnlyMemory<byte> data, CancellationToken cancellation)
        => (await OpenAsync(tenant, [subject], cancellation)).Protect(subject, recordId, data.Span);

    public async Task<byte[]?> RevealAsync(string tenant, string subject, string recordId, string ciphertext, CancellationToken cancellation)
        => (await FindAsync(tenant, [subject], cancellation)).Reveal(subject, recordId, ciphertext);

    public async Task<ISubjectKeys> FindAsync(string tenant, IReadOnlyCollection<string> subjects, CancellationToken cancellation)
        => await ReadAsync(tenant, subjects, cancellation);

    public ISubjectKeys Unwrap(string tenant, IEnumerable<WrappedKey> keys) => Unwrapped(tenant, keys);

    public async Task<ISubjectKeys> OpenAsync(string tenant, IReadOnlyCollection<string> subjects, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            var known = await ReadAsync(tenant, subjects, cancellation);
            // In the order of their names, so that two batches that create the same keys wait for each other and never in a circle.
            string[] missing = [.. subjects.Where(subject => !known.Has(subject)).Distinct().Order(StringComparer.Ordinal)];
            if (missing.Length == 0) return known;
            // A person who is erased again and again, just while data about them arrive.
            if (attempt > Attempts) throw new InvalidOperationException("A person was erased while data about them was being protected.");
            await CreateAsync(tenant, missing, cancellation);
        }
    }

    private async Task<SubjectKeys> ReadAsync(string tenant, IReadOnlyCollection<string> subjects, CancellationToken cancellation)
    {
        var found = await database.LookUpAsync(
            tenant,
            "select subject, generation, wrapped_key from events.subject_keys where tenant_id = $1 and subject = any ($2) and wrapped_key is not null",
            [Text(tenant), Texts(subjects)],
            row => new WrappedKey(row.GetString(0), row.GetInt32(1), row.GetFieldValue<byte[]>(2)),
            cancellation);
        return Unwrapped(tenant, found);
    }

    private SubjectKeys Unwrapped(string tenant, IEnumerable<WrappedKey> keys) => new(tenant, keys.ToDictionary(
        key => key.Subject, key => new SubjectKey(key.Generation, master.Unwrap(key.Key, KeyContext(tenant, key.Subject)))));

    private async Task CreateAsync(string tenant, string[] subjects, CancellationToken cancellation)
    {
        byte[][] wrapped = Array.ConvertAll(subjects, subject => master.Wrap(RandomNumberGenerator.GetBytes(32), KeyContext(tenant, subject)));
        // Of two that create at once the first one's key holds, for both.
        await database.QueryAsync(
            tenant,
            """
            insert into events.subject_keys as k (tenant_id, subject, generation, wrapped_key)
            select $1, n.subject, 1, n.wrapped_key from unnest($2, $3) as n (subject, wrapped_key)
            on conflict (tenant_id, subject) do update
              set generation = k.generation + 1, wrapped_key = excluded.wrapped_key, created_at = now(), erased_at = null
              where k.wrapped_key is null
            """,
            [
                Text(tenant),
                Texts(subjects),
                new() { Value = wrapped, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            ],
            _ => 0,
            cancellation);
    }

    private static string KeyContext(string tenant, string subject) => $"subject-key\n{tenant}\n{subject}";
}
