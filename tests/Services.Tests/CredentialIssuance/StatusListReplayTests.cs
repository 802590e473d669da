using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Domain.LearnerRecords;
using Pathways.CredentialIssuance.Domain.Reinstating;
using Pathways.CredentialIssuance.Domain.Statuses;
using Pathways.CredentialIssuance.Domain.Suspending;
using Pathways.CredentialIssuance;
using Pathways.CredentialIssuance.Statuses;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Projections;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Services.Tests.CredentialIssuance.IssuanceUnderTest;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>The status lists follow from the log alone: built again they are what they were, however late a learner record came.</summary>
public sealed class StatusListReplayTests(IssuanceUnderTest issuance) : IClassFixture<IssuanceUnderTest>
{
    private const string AchievementIri = "https://pathways.test/issuers/sophia/achievements/workplace-safety";

    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_that_comes_after_a_suspension_was_lifted_has_no_part_in_it()
    {
        long before = await ChangesAsync();
        var id = await IssueAsync();
        await AppendAsync(id, 1, Suspended(id));
        await AppendAsync(id, 2, Reinstated(id));
        await IssueRecordAsync(id);
        Assert.Equal(before + 2, await ChangesAsync());

        await AssertReplayEqualAsync();
    }

    [Fact]
    public async Task A_record_that_comes_while_its_credential_is_suspended_is_suspended_with_it()
    {
        long before = await ChangesAsync();
        var id = await IssueAsync();
        await AppendAsync(id, 1, Suspended(id));
        await IssueRecordAsync(id);
        Assert.Equal(before + 2, await ChangesAsync());
        await AppendAsync(id, 2, Reinstated(id));
        Assert.Equal(before + 4, await ChangesAsync());

        await AssertReplayEqualAsync();
    }

    [Fact]
    public async Task A_list_that_an_upgrade_builds_anew_is_not_shown_before_it_knows_what_the_old_one_knew()
    {
        await IssueAsync();
        await using var upgraded = await issuance.Service.StartBesideAsync(CredentialIssuanceService.Definition, new Dictionary<string, string?>
        {
            ["RabbitMq:Uri"] = "amqp://guest:guest@127.0.0.1:9/", ["Access:Url"] = "http://127.0.0.1:9",
        });
        using var anybody = upgraded.Client();
        const string List = $"issuers/{Tenant}/status/{StatusPurposes.Suspension}/1";
        await ExecuteAsync("insert into events.projection_position (name, position) values ('status_list_v1', 1000000)");
        var early = await anybody.ReadAsync(List);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (early.Status, early.ProblemCode));

        await ExecuteAsync("update events.projection_position set position = 1 where name = 'status_list_v1'");
        Assert.Equal(HttpStatusCode.OK, (await anybody.ReadAsync(List)).Status);
    }

    private static CredentialSuspended Suspended(Guid id) => new(Reference(id), SuspensionGrounds.Stack, "A part was revoked.", DateTimeOffset.UtcNow);

    private static CredentialReinstated Reinstated(Guid id) => new(Reference(id), SuspensionGrounds.Stack, "Complete again.", DateTimeOffset.UtcNow);

    private static CredentialReference Reference(Guid id) => new(Iri(id), "learner-status", AchievementIri);

    private static string Iri(Guid id) => $"https://pathways.test/credentials/{Tenant}/{id}";

    /// <summary>As the award of a stack writes it, without a document that a learner record would be made of.</summary>
    private async Task<Guid> IssueAsync()
    {
        var id = Guid.CreateVersion7();
        var (work, status) = await DrawnAsync(id);
        work.Append(Credential.StreamOf(id), 0, [new CredentialIssued(
            id, Iri(id), "learner-status", "workplace-safety", AchievementIri, 1,
            "Workplace safety", "did:web:pathways.test:issuers:sophia", new AwardBasis(AwardBasis.Stack), Credit: null, CreditUnit: null, Level: null, [], DateTimeOffset.UtcNow,
            ValidUntil: null, "{}", "a.b.c", status)]);
        await CommitAsync(work);
        return id;
    }

    private async Task IssueRecordAsync(Guid id)
    {
        var (work, status) = await DrawnAsync(id);
        work.Append(LearnerRecord.StreamOf(id), 0, [new LearnerRecordIssued(
            id, $"https://pathways.test/learner-records/{id}", "learner-status", "did:web:pathways.test:issuers:sophia", [], [], DateTimeOffset.UtcNow, ValidUntil: null, status, "{}")]);
        await CommitAsync(work);
    }

    private async Task AppendAsync(Guid id, long expectedVersion, object @event)
    {
        var work = new UnitOfWork(new EventContext(Tenant, "test", "replay"));
        work.Append(Credential.StreamOf(id), expectedVersion, [@event]);
        await CommitAsync(work);
    }

    private async Task<(UnitOfWork Work, StatusEntry Status)> DrawnAsync(Guid id)
    {
        var work = new UnitOfWork(new EventContext(Tenant, "test", "replay"));
        var (entry, take) = await Get<StatusEntries>().DrawAsync(Tenant, StatusPurposes.Suspension, id, _cancellation);
        work.Write(take);
        return (work, entry);
    }

    private async Task CommitAsync(UnitOfWork work)
    {
        Assert.Null((await Get<IEventStore>().CommitAsync(work, _cancellation)).Rejection);
        Assert.True(await Get<ProjectionProgress>().WaitForEventAsync("status_list", Tenant, work.LastEvent!.Value, TimeSpan.FromSeconds(20), _cancellation));
    }

    private async Task AssertReplayEqualAsync()
    {
        string live = await RowsAsync();
        await Get<ProjectionRebuild>().RunAsync("status_list", progress: null, _cancellation);
        Assert.Equal(live, await RowsAsync());
    }

    private async Task<long> ChangesAsync() => await ReadAsync("select coalesce(sum(changes), 0)::bigint from read.status_list_v2") is long changes ? changes : -1;

    private async Task<string> RowsAsync() => (string)(await ReadAsync("""
        select (select string_agg(l::text, E'\n' order by l::text) from read.status_list_v2 l) || (select string_agg(e::text, E'\n' order by e::text) from read.status_list_v2_entry e)
        """))!;

    private async Task<object?> ReadAsync(string sql)
    {
        await using var command = Daemon.CreateCommand(sql);
        return await command.ExecuteScalarAsync(_cancellation);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = Daemon.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(_cancellation);
    }

    private NpgsqlDataSource Daemon => issuance.Service.Services.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Daemon);

    private T Get<T>()
        where T : notnull
        => issuance.Service.Services.GetRequiredService<T>();
}
