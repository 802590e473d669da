using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.TransferRecognition.Domain.Agreements;

namespace Pathways.TransferRecognition.Agreements;

/// <summary>An agreement as both parties see it.</summary>
/// <param name="TermsHash">Of the proposal, or of what was concluded last when nothing is proposed.</param>
/// <param name="Signatures">Who signed the proposal.</param>
/// <param name="Versions">What was concluded.</param>
public sealed record AgreementView(
    string AgreementId, string Title, string ReceivingInstitution, string SendingInstitution, string TermsHash,
    AgreementDrafted? Proposal, IReadOnlyList<string> Signatures, IReadOnlyList<AgreementConcluded> Versions)
{
    internal static AgreementView Of(
        string agreementId, AgreementDrafted? proposal, IReadOnlyList<string> signatures, IReadOnlyList<AgreementConcluded> versions)
    {
        var terms = proposal?.Terms ?? versions[^1].Terms;
        return new AgreementView(agreementId, terms.Title, terms.ReceivingInstitution, terms.SendingInstitution,
            proposal?.TermsHash ?? versions[^1].TermsHash, proposal, signatures, versions);
    }
}

/// <summary>
/// Agreements, written by the transactions that change them. The sending party reads them too: row-level security
/// shows a row to both parties, and to nobody else.
/// </summary>
public sealed class AgreementBook(TenantReader database)
{
    public const string Schema =
        """
        create table if not exists read.agreement (
          tenant_id           varchar not null,
          agreement_id        varchar not null,
          sending_institution varchar not null,
          proposal            jsonb   null,
          signatures          text[]  not null,
          primary key (tenant_id, agreement_id)
        );
        create index if not exists agreement_sending on read.agreement (sending_institution, agreement_id);
        select events.protect('read.agreement');

        create table if not exists read.concluded_agreement (
          tenant_id           varchar not null,
          agreement_id        varchar not null,
          version             int     not null,
          sending_institution varchar not null,
          concluded           jsonb   not null,
          primary key (tenant_id, agreement_id, version)
        );
        create index if not exists concluded_agreement_parties on read.concluded_agreement (tenant_id, sending_institution);
        select events.protect('read.concluded_agreement');

        do $$
        declare target regclass;
        begin
          foreach target in array array['read.agreement', 'read.concluded_agreement']::regclass[] loop
            execute format('drop policy if exists sending_party on %s', target);
            execute format('create policy sending_party on %s for select to %I using (sending_institution = current_setting(''app.tenant'', true))',
              target, events.role_of('app'));
          end loop;
        end $$;
        """;

    private const string Select =
        """
        select a.agreement_id, a.proposal::text, a.signatures,
               coalesce((select array_agg(c.concluded::text order by c.version) from read.concluded_agreement c
                         where c.tenant_id = a.tenant_id and c.agreement_id = a.agreement_id), '{}')
        from read.agreement a
        """;

    public static IEnumerable<GuardedWrite> Writes(string tenant, string agreementId, Agreement agreement)
    {
        string sending = agreement.Proposal?.Terms.SendingInstitution ?? agreement.Versions[^1].Terms.SendingInstitution;
        yield return new GuardedWrite(
            """
            insert into read.agreement (tenant_id, agreement_id, sending_institution, proposal, signatures) values ($1, $2, $3, $4, $5)
            on conflict (tenant_id, agreement_id) do update set proposal = excluded.proposal, signatures = excluded.signatures,
              sending_institution = excluded.sending_institution
            """,
            [
                new() { Value = tenant }, new() { Value = agreementId }, new() { Value = sending },
                new() { Value = agreement.Proposal is { } proposal ? Json.Write(proposal) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = agreement.Signatures.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            ]);
        foreach (var concluded in agreement.Versions)
        {
            yield return new GuardedWrite(
                """
                insert into read.concluded_agreement (tenant_id, agreement_id, version, sending_institution, concluded) values ($1, $2, $3, $4, $5)
                on conflict (tenant_id, agreement_id, version) do nothing
                """,
                [
                    new() { Value = tenant }, new() { Value = agreementId }, new() { Value = concluded.Version }, new() { Value = sending },
                    new() { Value = Json.Write(concluded), NpgsqlDbType = NpgsqlDbType.Jsonb },
                ]);
        }
    }

    /// <summary>By id, among the agreements that this tenant is a party of; its own first.</summary>
    public async Task<IReadOnlyList<AgreementView>> FindAsync(string tenant, string agreementId, string? institution, CancellationToken cancellation)
        => await database.QueryAsync(
            tenant,
            $"{Select} where a.agreement_id = $1 and ($2 = '' or a.tenant_id = $2) order by a.tenant_id <> $3, a.tenant_id",
            [new() { Value = agreementId }, new() { Value = institution ?? "" }, new() { Value = tenant }],
            Map,
            cancellation);

    /// <summary>All that this tenant is a party of.</summary>
    public Task<IReadOnlyList<AgreementView>> ListAsync(string tenant, string after, int limit, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            $"{Select} where a.agreement_id || '/' || a.tenant_id > $1 order by a.agreement_id || '/' || a.tenant_id limit $2",
            [new() { Value = after }, new() { Value = limit }],
            Map,
            cancellation);

    /// <summary>Every concluded version between the two, for a decision.</summary>
    public Task<IReadOnlyList<AgreementConcluded>> BetweenAsync(string receiving, string sending, CancellationToken cancellation)
        => database.QueryAsync(
            receiving,
            "select concluded::text from read.concluded_agreement where tenant_id = $1 and sending_institution = $2 order by agreement_id, version",
            [new() { Value = receiving }, new() { Value = sending }],
            row => Json.Read<AgreementConcluded>(row.GetString(0)),
            cancellation);

    private static AgreementView Map(NpgsqlDataReader row) => AgreementView.Of(
        row.GetString(0),
        row.IsDBNull(1) ? null : Json.Read<AgreementDrafted>(row.GetString(1)),
        row.GetFieldValue<string[]>(2),
        [.. row.GetFieldValue<string[]>(3).Select(Json.Read<AgreementConcluded>)]);
}
