using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Reading;
using Pathways.TransferRecognition.Domain.Recognising;

namespace Pathways.TransferRecognition.Recognising;

/// <param name="Status"><c>pending</c>, <c>recognised</c>, <c>refused</c>, <c>inReview</c> or <c>withdrawn</c>.</param>
/// <param name="Code">Why it is not recognised.</param>
public sealed record RecognitionView(
    Guid Id, string LearnerId, string CredentialId, string SendingInstitution, RecognitionStatus Status, string? Code, string? Reason,
    CreditRecognised? Credit);

/// <summary>Recognitions, written by the transactions that change them: a credential that falls finds what rests on it.</summary>
public sealed class RecognitionBook(TenantReader database, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource everyTenant)
{
    public const string Schema =
        """
        create table if not exists read.recognition (
          tenant_id     varchar not null,
          request_id    uuid    not null,
          credential_id varchar not null,
          learner_id    varchar not null,
          status        varchar not null,
          view          jsonb   not null,
          primary key (tenant_id, request_id)
        );
        create index if not exists recognition_credential on read.recognition (credential_id);
        create index if not exists recognition_learner on read.recognition (tenant_id, learner_id, request_id);
        select events.protect('read.recognition');
        """;

    public static RecognitionView View(Recognition recognition)
    {
        var request = recognition.Request!;
        return new RecognitionView(request.About.RequestId, request.About.LearnerId, request.About.CredentialId, request.SendingInstitution,
            recognition.Status, recognition.Code, recognition.Reason, recognition.Credit);
    }

    public static GuardedWrite Write(string tenant, Recognition recognition)
    {
        var view = View(recognition);
        return new GuardedWrite(
            """
            insert into read.recognition (tenant_id, request_id, credential_id, learner_id, status, view) values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant_id, request_id) do update set learner_id = excluded.learner_id, status = excluded.status, view = excluded.view
            """,
            [
                new() { Value = tenant }, new() { Value = view.Id }, new() { Value = view.CredentialId }, new() { Value = view.LearnerId },
                new() { Value = JsonNamingPolicy.CamelCase.ConvertName(view.Status.ToString()) }, new() { Value = Json.Write(view), NpgsqlDbType = NpgsqlDbType.Jsonb },
            ]);
    }

    public Task<IReadOnlyList<RecognitionView>> ListAsync(
        string tenant, string? learner, string? status, Guid after, int limit, CancellationToken cancellation)
        => database.QueryAsync(
            tenant,
            """
            select view::text from read.recognition
            where tenant_id = $1 and ($2 = '' or learner_id = $2) and ($3 = '' or status = $3) and request_id > $4 order by request_id limit $5
            """,
            [
                new() { Value = tenant }, new() { Value = learner ?? "" }, new() { Value = status ?? "" }, new() { Value = after },
                new() { Value = limit },
            ],
            row => Json.Read<RecognitionView>(row.GetString(0)),
            cancellation);

    /// <summary>Of all institutions: who recognised, or is asked to recognise, this credential.</summary>
    public async Task<IReadOnlyList<(string Tenant, Guid RequestId)>> OfCredentialAsync(string credentialId, CancellationToken cancellation)
    {
        await using var command = everyTenant.CreateCommand("select tenant_id, request_id from read.recognition where credential_id = $1 order by tenant_id");
        command.Parameters.Add(new() { Value = credentialId });
        var found = new List<(string, Guid)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add((reader.GetString(0), reader.GetGuid(1)));
        return found;
    }
}
