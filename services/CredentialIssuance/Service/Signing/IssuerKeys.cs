using System.Collections.Concurrent;
using Npgsql;
using Pathways.CredentialIssuance.Domain.Issuers;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Signing;

/// <summary>The issuers' private keys: encrypted under the service's master key at rest, in memory once used.</summary>
public sealed class IssuerKeys(TenantReader database, MasterKey master)
{
    public const string Schema =
        """
        create table if not exists events.issuer_keys (
          tenant_id  varchar     not null,
          key_id     varchar     not null,
          wrapped    bytea       not null,
          created_at timestamptz not null default now(),
          primary key (tenant_id, key_id)
        );
        select events.isolate('events.issuer_keys');
        do $$ begin
          execute format('grant select, insert on events.issuer_keys to %I, %I', events.role_of('app'), events.role_of('daemon'));
        end $$;
        """;

    private readonly ConcurrentDictionary<(string Tenant, string KeyId), SigningKey> _unwrapped = new();

    public static SigningKey Generate(string algorithm) => SigningKey.Generate(algorithm switch
    {
        KeyAlgorithms.Ed25519 => KeyAlgorithm.Ed25519,
        KeyAlgorithms.Es256 => KeyAlgorithm.P256,
        KeyAlgorithms.Rs256 => KeyAlgorithm.Rsa,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "No issuer has keys of this algorithm."),
    });

    /// <summary>The write that keeps the private half, encrypted.</summary>
    public GuardedWrite Keep(string tenant, SigningKey secret)
    {
        string keyId = IdOf(secret.PublicKey);
        return new GuardedWrite(
            "insert into events.issuer_keys (tenant_id, key_id, wrapped) values ($1, $2, $3)",
            [new() { Value = tenant }, new() { Value = keyId }, new() { Value = master.Wrap(secret.ExportPkcs8(), Context(tenant, keyId)) }],
            RowsRequired: 1);
    }

    public async Task<ISigner> SignerAsync(string tenant, IssuerKey key, CancellationToken cancellation)
    {
        if (_unwrapped.TryGetValue((tenant, key.Id), out var known)) return known;
        var rows = await database.QueryAsync(tenant, "select wrapped from events.issuer_keys where tenant_id = $1 and key_id = $2",
            [new() { Value = tenant }, new() { Value = key.Id }], row => row.GetFieldValue<byte[]>(0), cancellation);
        if (rows.Count == 0) throw new InvalidOperationException($"The private key {key.Id} of {tenant} is not here.");
        return _unwrapped.GetOrAdd((tenant, key.Id), SigningKey.FromPkcs8(master.Unwrap(rows[0], Context(tenant, key.Id))));
    }

    public static VerificationKey PublicKeyOf(IssuerKey key) => VerificationKey.FromJwk(StrictJson.ParseObject(key.PublicJwk));

    /// <summary>The public half, as events and documents name it.</summary>
    public static IssuerKey Describe(SigningKey secret) => new(
        IdOf(secret.PublicKey),
        secret.Algorithm switch
        {
            KeyAlgorithm.Ed25519 => KeyAlgorithms.Ed25519,
            KeyAlgorithm.P256 => KeyAlgorithms.Es256,
            _ => KeyAlgorithms.Rs256,
        },
        secret.PublicKey.ToJwk().ToJsonString());

    /// <summary>As the DID document names it.</summary>
    public static string IdOf(VerificationKey key) => key.Multibase ?? key.JwkThumbprint();

    private static string Context(string tenant, string keyId) => $"issuer-key\n{tenant}\n{keyId}";
}
