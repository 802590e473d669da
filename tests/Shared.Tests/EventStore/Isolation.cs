using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore;
using Pathways.EventStore.Archiving;
using Pathways.EventStore.Reading;
using Pathways.EventStore.Schema;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Isolation(PostgresFixture postgres)
{
    [Theory]
    [InlineData("events.mt_events")]
    [InlineData("events.mt_streams")]
    [InlineData("events.log")]
    public async Task Shows_a_tenant_no_row_of_another_without_any_where(string table)
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);
        await store.Sealed(1);
        var reader = store.Get<TenantReader>();

        Assert.Single(await reader.QueryAsync(Tenant, $"select 1 from {table}", [], _ => 1, Cancellation));
        Assert.Empty(await reader.QueryAsync("hutchinson", $"select 1 from {table}", [], _ => 1, Cancellation));
        Assert.Empty(await reader.QueryAsync("", $"select 1 from {table}", [], _ => 1, Cancellation));
    }

    [Fact]
    public async Task Gives_the_app_role_no_way_to_change_what_happened()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);
        var reader = store.Get<TenantReader>();

        foreach (string sql in new[]
        {
            "update events.mt_events set data = '{}'", "delete from events.mt_events", "truncate events.mt_events", "delete from events.mt_streams",
            "update events.log set hash = ''", "delete from events.log", "update events.log_head set position = 9", "delete from events.pending",
        })
        {
            var error = await Assert.ThrowsAsync<PostgresException>(() => reader.QueryAsync(Tenant, sql, [], _ => 0, Cancellation));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        }
    }

    [Fact]
    public async Task Gives_the_daemon_role_no_way_to_change_what_happened()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);
        var daemon = store.Host.Services.GetRequiredKeyedService<NpgsqlDataSource>(DataSources.Daemon);

        foreach (string sql in new[]
        {
            "update events.mt_events set data = '{}'", "update events.mt_events set is_archived = true", "delete from events.mt_events", "truncate events.mt_events",
            "update events.mt_streams set is_archived = true", "delete from events.mt_streams",
            "update events.log set event_id = gen_random_uuid()", "delete from events.log", "delete from events.checkpoint", "update events.checkpoint set size = 9",
        })
        {
            await using var command = daemon.CreateCommand(sql);
            var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancellation));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        }
    }

    [Theory]
    [InlineData("update events.mt_events set data = '{}'")]
    [InlineData("update events.mt_events set is_archived = true")]
    [InlineData("update events.mt_events set is_archived = true, data = jsonb_set(data, '{Amount}', '1.0') where stream_id = 'archived-1'")]
    [InlineData("update events.mt_events set is_archived = false where stream_id = 'archived-1'")]
    [InlineData("delete from events.mt_events")]
    [InlineData("truncate events.mt_events")]
    public async Task Refuses_a_change_of_events_even_to_whom_no_privilege_stops(string sql)
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new MoneyPaidIn(1)), Cancellation);
        await store.Store.CommitAsync(Append("archived-1", 0, new MoneyPaidIn(1)), Cancellation);
        Assert.Null(await store.Get<Archive>().ArchiveAsync(Tenant, "archived-1", 1, Cancellation));
        await using var superuser = await store.SuperuserAsync();

        await using var command = new NpgsqlCommand(sql, superuser);
        var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync(Cancellation));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.mt_events where is_archived"));
    }

    [Fact]
    public async Task Lets_the_daemon_role_alone_archive_a_stream_and_nothing_but_a_stream()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x"), new MoneyPaidIn(1)), Cancellation);
        await store.Store.CommitAsync(Append("account-2", 0, new AccountOpened("x")), Cancellation);

        var error = await Assert.ThrowsAsync<PostgresException>(() => store.Get<TenantReader>().QueryAsync(
            Tenant, $"select events.archive('{Tenant}', 'account-1', 2)", [], _ => 0, Cancellation));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, error.SqlState);
        Assert.NotNull(await store.Get<Archive>().ArchiveAsync("hutchinson", "account-1", 2, Cancellation));
        Assert.Null(await store.Get<Archive>().ArchiveAsync(Tenant, "account-1", 2, Cancellation));

        Assert.Equal("account-1 account-1", await store.ScalarAsync<string>("select string_agg(stream_id, ' ') from events.mt_events where is_archived"));
        Assert.Equal("account-1", await store.ScalarAsync<string>("select string_agg(id, ' ') from events.mt_streams where is_archived"));
    }

    [Fact]
    public async Task Forces_row_level_security_on_every_table_with_a_tenant()
    {
        await using var store = await postgres.CreateAsync(null,
            "create table if not exists read.things (tenant_id text not null); select events.protect('read.things');");

        Assert.Equal(0, await store.ScalarAsync<long>("""
            select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
            where c.relkind = 'r' and c.relnamespace in ('events'::regnamespace, 'read'::regnamespace)
              and not (c.relrowsecurity and c.relforcerowsecurity)
            """));
    }

    [Fact]
    public async Task Migrates_again_without_effect_and_refuses_a_changed_file()
    {
        await using var store = await postgres.CreateAsync();
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened("x")), Cancellation);

        await EventStoreMigration.RunAsync(store.Database.OwnerConnectionString, [], Cancellation);

        Assert.Equal(1, await store.ScalarAsync<long>("select count(*) from events.mt_events"));
        await store.TamperAsync("update events.migration set checksum = 'other' where name = '0002_log.sql'");
        await Assert.ThrowsAsync<SchemaChangedException>(() => EventStoreMigration.RunAsync(store.Database.OwnerConnectionString, [], Cancellation));
    }
}
