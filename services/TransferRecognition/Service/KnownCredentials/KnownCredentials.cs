using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.TransferRecognition.Domain.KnownCredentials;

namespace Pathways.TransferRecognition.KnownCredentials;

/// <summary>
/// What other services told about credentials, in the tenant of the issuer. An institution sees the credentials of those
/// with whom it has concluded an agreement: row-level security follows the agreements.
/// </summary>
public sealed class KnownCredentialBook(TenantReader database)
{
    public const string Schema =
        """
        create table if not exists read.known_credential (
          tenant_id     varchar not null,
          credential_id varchar not null,
          known         jsonb   not null,
          primary key (tenant_id, credential_id)
        );
        select events.protect('read.known_credential');
        do $$ begin
          execute 'drop policy if exists receiving_party on read.known_credential';
          execute format('create policy receiving_party on read.known_credential for select to %I using (exists (
            select from read.concluded_agreement c
            where c.tenant_id = current_setting(''app.tenant'', true) and c.sending_institution = known_credential.tenant_id))',
            events.role_of('app'));
        end $$;
        """;

    public static GuardedWrite Write(string tenant, KnownCredential known) => new(
        """
        insert into read.known_credential (tenant_id, credential_id, known) values ($1, $2, $3)
        on conflict (tenant_id, credential_id) do update set known = excluded.known
        """,
        [
            new() { Value = tenant }, new() { Value = known.Facts!.CredentialId },
            new() { Value = Json.Write(known), NpgsqlDbType = NpgsqlDbType.Jsonb },
        ]);

    /// <summary>As far as the asking institution may see it.</summary>
    public async Task<KnownCredential> FindAsync(string tenant, string institution, string credentialId, CancellationToken cancellation)
    {
        var found = await database.QueryAsync(
            tenant,
            "select known::text from read.known_credential where tenant_id = $1 and credential_id = $2",
            [new() { Value = institution }, new() { Value = credentialId }],
            row => Json.Read<KnownCredential>(row.GetString(0)),
            cancellation);
        return found.Count == 0 ? KnownCredential.Decider.Initial : found[0];
    }
}
